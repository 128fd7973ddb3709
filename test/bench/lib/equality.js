/** Nobody is measured on another job: before and after the load, all servers must give the same content. */
import { isDeepStrictEqual } from 'node:util';
import { operations } from './operations.js';

/** @throws Error naming the first answer that differs from the others, or holds another number of rows than it should. */
export async function checkEquality(processes, names) {
  for (const name of names) {
    const { variables, rows } = operations[name];
    for (const values of variables) {
      const answers = await Promise.all(processes.map((server) => server.rows(name, values)));
      answers.forEach((answer, index) => {
        const where = `${processes[index].name}, ${name} ${JSON.stringify(values)}`;
        if (answer.length !== rows) throw new Error(`${where}: ${answer.length} rows instead of ${rows}`);
        answer.forEach((row, position) => {
          const expected = normalise(answers[0][position]);
          if (!isDeepStrictEqual(normalise(row), expected)) {
            const wanted = `${processes[0].name} gave ${JSON.stringify(expected)}`;
            throw new Error(`${where}, row ${position}: ${JSON.stringify(normalise(row))}, but ${wanted}`);
          }
        });
      });
    }
  }
}

const TIMESTAMP = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d/;

/** The same moment in one notation; fractions to five places, since a float4 grows digits when it becomes a float8. */
function normalise(value) {
  if (Array.isArray(value)) return value.map(normalise);
  if (typeof value === 'number') return Number(value.toPrecision(5));
  if (typeof value === 'string') return TIMESTAMP.test(value) ? new Date(value).toISOString() : value;
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, normalise(inner)]));
}
