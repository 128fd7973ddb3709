import type { OrganisationReference, RecordDocument, RecordReference } from '../documents/record-document.js';
import { RecordKind } from '../records/record.entity.js';
import type { GraphEdge, GraphNode } from './graph.js';
import { onceEach, organisationsOf } from './record-tables.js';

/** Reads the graph from one document after another, in the order of their ids. It remembers the ids of nodes. */
export class GraphReader {
  private readonly seen = new Set<string>();
  private readonly awaited = new Map<string, RecordReference>();
  private readonly isNew = onceEach();

  read(document: RecordDocument): { nodes: GraphNode[]; edges: GraphEdge[] } {
    this.note(document.id);
    const organisations = organisationsOf(document).filter(({ id }) => {
      if (this.seen.has(id)) return false;
      this.seen.add(id);
      return true;
    });
    const edges = [...this.edgesOfKind(document), ...this.edgesOfAll(document)];
    return { nodes: [recordNode(document), ...organisations.map(organisationNode)], edges };
  }

  /** Says that a record has its node. */
  note(id: string): void {
    this.seen.add(id);
    this.awaited.delete(id);
  }

  /** The records that edges lead to and that did not come. */
  rest(): GraphNode[] {
    return [...this.awaited.values()].map(({ id, recordKind, slug, title, url }) => ({
      id,
      type: recordKind,
      label: title,
      slug,
      url,
      outside: true,
    }));
  }

  private edgesOfAll({ id, organisation, links, adoptions }: RecordDocument): GraphEdge[] {
    return [
      { id: `${id}-responsible`, source: organisation.id, target: id, type: 'RESPONSIBLE' },
      ...adoptions.map((adoption) => ({
        id: adoption.id,
        source: adoption.organisation.id,
        target: id,
        type: 'ADOPTION',
        outcome: adoption.outcome,
        adoptedOn: adoption.adoptedOn,
        createdAt: adoption.createdAt,
      })),
      ...links
        .filter((link) => this.isNew(id, link))
        .map(({ id, from, to, relation, note, createdAt }) => ({
          id,
          source: this.reference(from),
          target: this.reference(to),
          directed: relation !== 'RELATED',
          type: 'LINK',
          relation,
          note,
          createdAt,
        })),
    ];
  }

  private edgesOfKind(document: RecordDocument): GraphEdge[] {
    const { id } = document;
    switch (document.recordKind) {
      case RecordKind.CASE_STUDY:
        return document.parties.map(({ organisation, role }, place) => ({
          id: `${id}-party-${place + 1}`,
          source: organisation.id,
          target: id,
          type: 'PARTY',
          role,
        }));
      case RecordKind.EXPERIENCE: {
        const { caseStudy } = document;
        if (caseStudy === null) return [];
        return [{ id: `${id}-case`, source: id, target: this.reference(caseStudy), type: 'EXPERIENCE_OF' }];
      }
      case RecordKind.LESSON:
        return document.evidence.map(({ experience, stance, note, createdAt }) => ({
          id: `${id}-evidence-${experience.id}`,
          source: this.reference(experience),
          target: id,
          type: 'EVIDENCE',
          stance,
          note,
          createdAt,
        }));
    }
  }

  private reference(record: RecordReference): string {
    if (!this.seen.has(record.id)) this.awaited.set(record.id, record);
    return record.id;
  }
}

function recordNode(document: RecordDocument): GraphNode {
  const { id, recordKind, title, recommendations, themes } = document;
  return {
    ...document,
    id,
    type: recordKind,
    label: title,
    recommendations: recommendations.join(';') || null,
    themes: themes.join(';') || null,
    municipalityCode: document.recordKind === 'CASE_STUDY' ? document.municipality?.code : null,
  };
}

function organisationNode({ kind, name, agencyId: _, ...organisation }: OrganisationReference): GraphNode {
  return { ...organisation, type: kind, label: name };
}
