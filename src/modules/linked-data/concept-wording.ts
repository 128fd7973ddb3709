/** What the values of enums are called, in Danish and in English: on pages, and as concepts of the vocabulary. */
import type { PageLanguage } from './html.js';

export type Label = Readonly<Record<PageLanguage, string>>;

const label = (da: string, en: string): Label => ({ da, en });

/** By the name under which the table of terms has the enum, and by value. */
export const CONCEPTS: Readonly<
  Record<string, { readonly label: Label; readonly values: Readonly<Record<string, Label>> }>
> = {
  provenance: {
    label: label('Herkomst', 'Provenance'),
    values: {
      DOCUMENTED: label('Bygger på udgivne kilder', 'Rests on published sources'),
      REPORTED: label('Fortalt af dem, der var med', 'Told by those who took part'),
      IMPORTED: label('Overtaget fra et andet datasæt', 'Taken over from another data set'),
      ILLUSTRATIVE: label('Illustration, opdigtet', 'Illustration, invented'),
    },
  },
  documentation: {
    label: label('Dokumentation', 'Documentation'),
    values: {
      COMPLETE: label('Fortalt i sin helhed', 'Told as a whole'),
      INCOMPLETE: label('Dele er ikke kendt', 'Parts are not known'),
    },
  },
  kind: {
    label: label('Form', 'Form'),
    values: {
      PROJECT: label('Projekt', 'Project'),
      SERVICE: label('Fast tilbud', 'Service'),
      EVENT: label('Begivenhed', 'Event'),
      HYBRID_CULTURE_ARENA: label('Hybrid kulturarena', 'Hybrid culture arena'),
      NETWORK: label('Netværk', 'Network'),
      PROGRAMME: label('Program', 'Programme'),
      OTHER: label('Andet', 'Other'),
    },
  },
  scope: {
    label: label('Rækkevidde', 'Scope'),
    values: {
      LOCAL: label('Lokalt', 'Local'),
      REGIONAL: label('Regionalt', 'Regional'),
      NATIONAL: label('Nationalt', 'National'),
      INTERNATIONAL: label('Internationalt', 'International'),
    },
  },
  state: {
    label: label('Tilstand', 'State'),
    values: {
      PLANNED: label('Planlagt', 'Planned'),
      ACTIVE: label('I gang', 'Under way'),
      COMPLETED: label('Afsluttet', 'Completed'),
      ENDED_EARLY: label('Opgivet før tid', 'Ended early'),
    },
  },
  role: {
    label: label('Rolle', 'Role'),
    values: {
      LEAD: label('Leder', 'Leads'),
      PARTNER: label('Partner', 'Partner'),
      FUNDER: label('Giver penge', 'Funder'),
      OTHER: label('Anden rolle', 'Other role'),
    },
  },
  contribution: {
    label: label('Bidrag', 'Contribution'),
    values: {
      STAFF: label('Arbejdstid', 'Staff'),
      EXPERTISE: label('Viden', 'Expertise'),
      MONEY: label('Penge', 'Money'),
      VENUE: label('Lokaler', 'Venue'),
      CONTENT: label('Indhold', 'Content'),
      TECHNOLOGY: label('Teknik', 'Technology'),
      NETWORK: label('Kontakter', 'Network'),
      AUDIENCE: label('Publikum', 'Audience'),
      OTHER: label('Andet', 'Other'),
    },
  },
  topic: {
    label: label('Emne', 'Topic'),
    values: {
      GOALS: label('Mål', 'Goals'),
      ROLES: label('Roller', 'Roles'),
      DECISIONS: label('Beslutninger', 'Decisions'),
      ECONOMY: label('Økonomi', 'Economy'),
      RIGHTS: label('Rettigheder', 'Rights'),
      COMMUNICATION: label('Kommunikation', 'Communication'),
      EVALUATION: label('Evaluering', 'Evaluation'),
      EXIT: label('Afslutning', 'Exit'),
      OTHER: label('Andet', 'Other'),
    },
  },
  group: {
    label: label('Gruppe', 'Group'),
    values: {
      USERS: label('Brugerne', 'Users'),
      LIBRARIES: label('Bibliotekerne', 'Libraries'),
      BUSINESS: label('Erhvervslivet', 'Business'),
      PUBLIC_PARTNERS: label('Offentlige partnere', 'Public partners'),
      CIVIL_SOCIETY: label('Civilsamfundet', 'Civil society'),
    },
  },
  phase: {
    label: label('Fase', 'Phase'),
    values: {
      EXPLORING: label('Leder efter partner og idé', 'Exploring'),
      AGREEING: label('Indgår aftale', 'Agreeing'),
      RUNNING: label('I drift', 'Running'),
      EVALUATING: label('Evaluerer', 'Evaluating'),
      CONTINUING: label('Gør det varigt', 'Continuing'),
      ENDING: label('Slutter', 'Ending'),
    },
  },
  outcome: {
    label: label('Udfald', 'Outcome'),
    values: {
      SUCCESS: label('Gik godt', 'Went well'),
      MIXED: label('Gik blandet', 'Mixed'),
      FAILURE: label('Gik ikke', 'Did not work'),
    },
  },
  stance: {
    label: label('Vidnesbyrd', 'Stance'),
    values: {
      SUPPORTS: label('Støtter', 'Supports'),
      CONTRADICTS: label('Modsiger', 'Contradicts'),
    },
  },
  relation: {
    label: label('Forbindelse', 'Relation'),
    values: {
      INSPIRED_BY: label('Inspireret af', 'Inspired by'),
      CONTINUES: label('Fortsætter', 'Continues'),
      REPLICATES: label('Gentager', 'Replicates'),
      CONFIRMS: label('Bekræfter', 'Confirms'),
      CONTRADICTS: label('Modsiger', 'Contradicts'),
      SUPERSEDES: label('Afløser', 'Supersedes'),
      RELATED: label('Beslægtet med', 'Related to'),
    },
  },
  sector: {
    label: label('Sektor', 'Sector'),
    values: {
      PUBLIC: label('Offentlig', 'Public'),
      PRIVATE: label('Privat', 'Private'),
      CIVIL_SOCIETY: label('Civilsamfund', 'Civil society'),
    },
  },
};

/** What a value is called; the value itself where nothing is known of it. */
export function conceptLabel(of: string, value: string, language: PageLanguage): string {
  return CONCEPTS[of]?.values[value]?.[language] ?? value;
}
