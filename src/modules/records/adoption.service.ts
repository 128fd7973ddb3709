import sql from 'sql-template-tag';
import { v7 as uuid } from 'uuid';
import { refuse, UserErrorCode } from '../../common/errors.js';
import { checkInput } from '../../common/input.js';
import { audit } from '../../platform/auth/audit-log.js';
import { assertCan } from '../../platform/auth/permissions.js';
import type { Viewer } from '../../platform/auth/viewer.js';
import type { Database } from '../../platform/database/database.js';
import { firstResult, requireOrganisations } from './draft.service.js';
import type { Outcome } from './outcome.js';
import type { RecordEventService } from './record-event.service.js';
import { lockRecord } from './record-row.service.js';

export interface NewAdoption {
  idempotencyKey?: string | null;
  recordId: string;
  organisationId: string;
  taken: string;
  adaptation?: string | null;
  outcome?: Outcome | null;
  result?: string | null;
  adoptedOn?: string | null;
}

export class AdoptionService {
  constructor(
    private readonly database: Database,
    private readonly events: RecordEventService,
  ) {}

  /**
   * Reports that an organisation used a published record.
   *
   * @returns the adoption's id
   * @throws DomainError NOT_FOUND, INVALID_TRANSITION (not published), DUPLICATE (same organisation, record and day),
   *   IDEMPOTENCY_CONFLICT
   */
  async recordAdoption(viewer: Viewer, input: NewAdoption): Promise<string> {
    assertCan(viewer, 'record.adopt');
    checkInput(input);
    assertCan(viewer, 'record.adopt', input.organisationId);
    return this.database.inTransaction(async (transaction) => {
      const id = uuid();
      const first = await firstResult(transaction, viewer, 'ADOPTION', input, id);
      if (first !== null) return first;
      const record = await lockRecord(transaction, viewer, { id: input.recordId }, { path: ['recordId'] });
      const published = await transaction.rows(
        sql`SELECT FROM record WHERE id = ${record.recordId} AND status = 'PUBLISHED'`,
      );
      if (published.length === 0) {
        throw refuse(UserErrorCode.INVALID_TRANSITION, 'Only a published record can be adopted.', ['recordId']);
      }
      await requireOrganisations(transaction, [[input.organisationId, ['organisationId']]]);
      const inserted = await transaction.rows(
        sql`INSERT INTO adoption (id, record_id, organisation_id, taken, adaptation, outcome, result, adopted_on, created_at)
          VALUES (${id}, ${record.recordId}, ${input.organisationId}, ${input.taken}, ${input.adaptation ?? null},
            ${input.outcome ?? null}, ${input.result ?? null}, ${input.adoptedOn ?? null}::date, now())
          ON CONFLICT DO NOTHING RETURNING id`,
      );
      if (inserted.length === 0) {
        throw refuse(
          UserErrorCode.DUPLICATE,
          'This organisation has reported that it adopted this record on this day.',
          ['adoptedOn'],
        );
      }
      await audit(transaction, viewer, {
        action: 'record.adopt',
        organisationId: input.organisationId,
        targetId: id,
        details: { recordId: record.recordId },
      });
      await this.events.tell(transaction, {
        type: 'ADOPTED',
        recordId: record.recordId,
        organisationId: input.organisationId,
      });
      return id;
    });
  }
}
