/** Reads of the cases that organisations take part in. */
import sql from 'sql-template-tag';
import type { ConnectionArguments } from '../../common/connection.js';
import { defineFieldLoader } from '../../platform/auth/context.js';
import { primary, visible } from '../../platform/auth/visibility.js';
import { readConnections } from '../../platform/database/connection-query.js';
import { recordColumns } from '../records/record.columns.js';
import { recordOrder } from '../records/record.filter.js';
import type { ColumnArguments } from '../records/record.loaders.js';
import type { CaseStudy } from './case-study.entity.js';

/** Pages of the published cases that an organisation is a party of, the newest published first. */
export const caseStudiesOfOrganisation = defineFieldLoader(
  ({ database, viewer }, organisationIds, { columns, ...page }: ConnectionArguments & ColumnArguments) =>
    readConnections<CaseStudy>(database, organisationIds, page, {
      columns: recordColumns(columns),
      from: sql`FROM party p JOIN record r ON r.id = p.record_id
        WHERE p.organisation_id = parent.id AND r.status = 'PUBLISHED' AND ${primary('r')} AND ${visible(viewer, 'r')}`,
      order: recordOrder(viewer),
    }),
);
