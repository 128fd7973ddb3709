import sql from 'sql-template-tag';
import type { ConnectionArguments } from '../../common/connection.js';
import { defineFieldLoader } from '../../platform/auth/context.js';
import { visible } from '../../platform/auth/visibility.js';
import { readConnections } from '../../platform/database/connection-query.js';
import { recordColumns } from '../records/record.columns.js';
import { recordOrder } from '../records/record.filter.js';
import type { ColumnArguments } from '../records/record.loaders.js';
import type { Experience } from './experience.entity.js';

/** Pages of the published experiences made in a case, newest first. */
export const experiencesOfCaseStudy = defineFieldLoader(
  ({ database, viewer }, caseStudyIds, { columns, ...page }: ConnectionArguments & ColumnArguments) =>
    readConnections<Experience>(database, caseStudyIds, page, {
      columns: recordColumns(columns),
      from: sql`FROM record r WHERE r.case_study_id = parent.id AND r.status = 'PUBLISHED' AND ${visible(viewer, 'r')}`,
      order: recordOrder(viewer),
    }),
);
