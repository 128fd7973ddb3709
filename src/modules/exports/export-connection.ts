/** A connection of its own that sees one state of the database for as long as it is open. */
import type pg from 'pg';
import type { Sql } from 'sql-template-tag';
import type { Reads } from '../../platform/database/cancellable-reads.js';
import { type Database, STATEMENT_MILLISECONDS } from '../../platform/database/database.js';

export class ExportConnection implements Reads {
  private readonly names = new Map<string, string>();
  private closing: Promise<void> | undefined;

  private constructor(private readonly client: pg.Client) {}

  /** @param idleMilliseconds for how long it may wait for whoever reads, after which PostgreSQL ends it by itself */
  static async open(database: Pick<Database, 'client'>, idleMilliseconds: number): Promise<ExportConnection> {
    const client = database.client();
    // A connection that breaks between two statements fails the next one.
    client.on('error', () => undefined);
    await client.connect();
    const connection = new ExportConnection(client);
    try {
      await client.query(
        `BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY;
         SET LOCAL statement_timeout = ${STATEMENT_MILLISECONDS};
         SET LOCAL idle_in_transaction_session_timeout = ${idleMilliseconds};
         SET LOCAL jit = off`,
      );
      return connection;
    } catch (error) {
      await connection.close();
      throw error;
    }
  }

  async rows<Row>({ text, values }: Sql): Promise<Row[]> {
    return (await this.client.query({ name: this.nameOf(text), text, values })).rows as Row[];
  }

  async row<Row>(statement: Sql): Promise<Row | undefined> {
    return (await this.rows<Row>(statement))[0];
  }

  /** Breaks off whatever runs. There is nothing to commit. */
  close(): Promise<void> {
    return (this.closing ??= this.client.end());
  }

  private nameOf(text: string): string {
    const known = this.names.get(text);
    if (known !== undefined) return known;
    const name = `export_${this.names.size + 1}`;
    this.names.set(text, name);
    return name;
  }
}
