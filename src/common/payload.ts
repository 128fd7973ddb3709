/** How a mutation answers: what it made, or why it was refused. */
import { DomainError, type UserError } from './errors.js';

/**
 * Runs the work of a mutation and answers with its payload. A {@link DomainError} becomes the payload's `errors`, with
 * null in place of the value; whatever else is thrown is thrown on.
 *
 * @param name the payload's field for the value, e.g. `caseStudy`
 */
export async function payload<Name extends string, Value>(
  name: Name,
  work: () => Promise<Value>,
): Promise<Record<Name, Value | null> & { errors: UserError[] }> {
  let value: Value | null = null;
  let errors: UserError[] = [];
  try {
    value = await work();
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    errors = [...error.errors];
  }
  return { [name]: value, errors } as Record<Name, Value | null> & { errors: UserError[] };
}
