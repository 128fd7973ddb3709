/** The framework and the themes, each as a whole: they are few, and change by seed alone. */
import sql from 'sql-template-tag';
import type { Database } from '../../platform/database/database.js';
import type { Theme } from './framework.entity.js';
import { ELEMENT_COLUMNS, THEME_COLUMNS } from './framework.loaders.js';
import type {
  Framework,
  FrameworkDefinition,
  FrameworkStatement,
  Initiative,
  Potential,
  Rationale,
  Recommendation,
} from './framework.types.js';

type Element = FrameworkStatement & { __typename: string };

export class FrameworkService {
  constructor(private readonly database: Database) {}

  async framework(): Promise<Framework> {
    const elements = await this.database.rows<Element>(
      sql`SELECT ${ELEMENT_COLUMNS} FROM framework_element e ORDER BY e.kind, e.number`,
    );
    const all = <Statement extends FrameworkStatement>(typename: string) =>
      elements.filter((element) => element.__typename === typename) as FrameworkStatement[] as Statement[];
    return {
      definition: all<FrameworkDefinition>('FrameworkDefinition')[0] ?? null,
      rationales: all<Rationale>('Rationale'),
      potentials: all<Potential>('Potential'),
      recommendations: all<Recommendation>('Recommendation'),
      initiatives: all<Initiative>('Initiative'),
    };
  }

  themes(): Promise<Theme[]> {
    return this.database.rows<Theme>(sql`SELECT ${THEME_COLUMNS} FROM theme t ORDER BY t.slug`);
  }
}
