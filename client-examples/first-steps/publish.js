// Writes a lesson and brings it to the public: draft, review, published.
//
//   MEDSPIL_KEY=$(cat .data/admin.key) node publish.js [URL]        URL is http://localhost:4000 unless given
const url = process.argv[2] ?? 'http://localhost:4000';
const key = process.env.MEDSPIL_KEY;
if (!key) throw new Error('Set MEDSPIL_KEY: the first start of the server says where the admin key lies.');

const { library } = await send('query ($isil: String!) { library(isil: $isil) { id } }', { isil: 'DK-775100' });

const lesson = await write('createLesson', 'lesson { id version }', {
  // Sent again after a lost answer, the same key with the same content writes nothing twice.
  idempotencyKey: `first-steps-${process.pid}`,
  title: 'Give the partner a seat at the weekly meeting',
  language: 'EN',
  organisationId: library.id,
  context: 'Partnerships in which staff of both sides work in the same rooms.',
  advice: 'Invite the partner to the meeting where the week is planned.',
});
const submitted = await write('submitForReview', 'record { id version }', lesson);
const published = await write('publish', 'record { title status publishedAt }', submitted);
console.log(`${published.status}: ${published.title} (${published.publishedAt})`);

/** Runs a mutation and gives what it made; what was refused is told with its path. */
async function write(name, selection, input) {
  const type = name === 'createLesson' ? 'CreateLessonInput' : 'RecordTransitionInput';
  const query = `mutation ($input: ${type}!) { ${name}(input: $input) { ${selection} errors { code message path } } }`;
  const { errors, ...made } = (await send(query, { input }))[name];
  if (errors.length > 0) {
    throw new Error(errors.map(({ code, message, path }) => `${code} ${path ?? ''}: ${message}`).join('\n'));
  }
  return Object.values(made)[0];
}

async function send(query, variables) {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${key}` },
    body: JSON.stringify({ query, variables }),
  });
  const { data, errors } = await response.json();
  if (errors) throw new Error(errors.map((error) => `${error.extensions.code}: ${error.message}`).join('\n'));
  return data;
}
