/** The framework and the themes, each as a whole: they are few, and change by seed and import alone. */
import sql, { bulk } from 'sql-template-tag';
import type { ReadScope } from '../../platform/auth/context.js';
import { assertCan } from '../../platform/auth/permissions.js';
import type { Viewer } from '../../platform/auth/viewer.js';
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

  async framework({ database }: ReadScope): Promise<Framework> {
    const elements = await database.rows<Element>(
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

  themes({ database }: ReadScope): Promise<Theme[]> {
    return database.rows<Theme>(sql`SELECT ${THEME_COLUMNS} FROM theme t ORDER BY t.slug`);
  }

  /** Adds the themes that are not there yet, by slug. For imports: what is there keeps its labels. */
  async ensureThemes(viewer: Viewer, themes: readonly Theme[]): Promise<void> {
    assertCan(viewer, 'theme.create');
    if (themes.length === 0) return;
    await this.database.inTransaction((transaction) =>
      transaction.rows(
        sql`INSERT INTO theme (slug, danish_label, english_label)
          VALUES ${bulk(themes.map((theme) => [theme.slug, theme.danishLabel, theme.englishLabel]))}
          ON CONFLICT (slug) DO NOTHING`,
      ),
    );
  }
}
