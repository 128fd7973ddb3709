/** Why an import cannot run at all: one line for a person, who can mend it. */
export class ImportFailure extends Error {
  override name = 'ImportFailure';
}
