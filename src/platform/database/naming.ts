import { DefaultNamingStrategy } from 'typeorm';

/** Columns are snake_case in PostgreSQL and camelCase in TypeScript. Every constraint is named by hand in its entity. */
export class SnakeCaseNaming extends DefaultNamingStrategy {
  override columnName(propertyName: string, customName: string | undefined): string {
    return customName ?? propertyName.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
  }
}
