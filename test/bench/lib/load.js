/** The load, in a process of its own: takes one measurement a message and answers with its figures. */
import autocannon from 'autocannon';

process.on('message', async ({ url, requests, connections, seconds }) => {
  const result = await autocannon({
    url,
    connections,
    duration: seconds,
    requests: requests.map(({ path, body }) => ({
      method: 'POST',
      path,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })),
    verifyBody: (body) => /^\{"data" ?: ?\{/.test(body) && !body.includes('"errors":'),
  });
  process.send({
    requestsPerSecond: result.requests.total / result.duration,
    p50: result.latency.p50,
    p99: result.latency.p99,
    failures: result.non2xx + result.errors + result.timeouts + result.mismatches,
  });
});
