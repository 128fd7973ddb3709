import { it } from 'vitest';
import { ENTITIES, MIGRATIONS } from '../../src/app.js';
import { Database } from '../../src/platform/database/database.js';
import { createTestDatabase } from '../helpers/database.js';
it('x', async () => {
  const t = await createTestDatabase();
  const d = await Database.open({ connection: t.connection, entities: ENTITIES, migrations: MIGRATIONS, onIdleError: console.error });
  const log = await d.dataSource.driver.createSchemaBuilder().log();
  for (const q of log.upQueries) console.log(q.query);
  await d.close(); await t.drop();
});
