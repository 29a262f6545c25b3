// SPDX-License-Identifier: Apache-2.0
// A server of @x402/core whose facilitator says what it is told to, and a
// listener in the sidecar's place.
import http from 'node:http';
import { createRequire } from 'node:module';
import { weighbridgeOutcomes } from
  '../../examples/x402-outcomes/outcomes.mjs';
import { check, end } from '../stack/tap.mjs';

const packages = createRequire(
  new URL('../../examples/package.json', import.meta.url));
const { x402ResourceServer } = packages('@x402/core/server');
const { ExactEvmScheme } = packages('@x402/evm/exact/server');

const ID = '00112233445566778899aabbccddeeff';
const NETWORK = 'eip155:84532';
const requirements = { scheme: 'exact', network: NETWORK, amount: '1',
  asset: '0x', payTo: '0x', maxTimeoutSeconds: 60, extra: {} };
const payload = { x402Version: 2, accepted: requirements, payload: {} };
const says = {};
const told = [];
const warned = [];
let status = 200;
let id = ID;

const sidecar = http.createServer((request, response) => {
  let body = '';
  request.on('data', data => { body += data; });
  request.on('end', () => {
    told.push([request.method, request.url, request.headers.authorization,
      JSON.parse(body)]);
    response.writeHead(status).end('{}');
  });
});
await new Promise(done => sidecar.listen(0, '127.0.0.1', done));
const url = `http://127.0.0.1:${sidecar.address().port}/v1/outcomes`;
const server = new x402ResourceServer({
  verify: async () => says.verify,
  settle: async () => says.settle,
  getSupported: async () => ({ extensions: [], signers: {},
    kinds: [{ x402Version: 2, scheme: 'exact', network: NETWORK }] }),
}).register(NETWORK, new ExactEvmScheme());
weighbridgeOutcomes({ url, token: 'a token',
  warn: text => warned.push(text) })(server);
await server.initialize();
const context = { request: { adapter: { getHeader: name =>
  name === 'x-weighbridge-decision' ? id : undefined } } };

// Plays one act; what was told is as wanted.
async function act(name, run, wanted) {
  told.length = 0;
  await run().catch(() => {});
  const got = told.map(([, , , body]) => body);
  check(name, JSON.stringify(got) === JSON.stringify(wanted), got);
}
const settle = result => () => {
  says.settle = { network: NETWORK, ...result };
  return server.settlePayment(payload, requirements, {}, context);
};
const verify = result => () => {
  says.verify = result;
  return server.verifyPayment(payload, requirements, {}, context);
};

await act('a payment that is good tells nothing yet',
  verify({ isValid: true }), []);
await act('one without funds has failed',
  verify({ isValid: false, invalidReason: 'insufficient_funds' }),
  [{ decision: ID, outcome: 'failed', reason: 'insufficient_funds' }]);
await act('a settlement with its transaction',
  settle({ success: true, transaction: '0xab' }),
  [{ decision: ID, outcome: 'settled', transaction: '0xab' }]);
check('to the right place with the token',
  told[0]?.slice(0, 3).join(' ') === 'POST /v1/outcomes Bearer a token', told);
await act('one that failed with its reason',
  settle({ success: false, errorReason: 'insufficient_balance',
    transaction: '' }),
  [{ decision: ID, outcome: 'failed', reason: 'insufficient_balance',
    transaction: '' }]);
await act('one that is under way',
  settle({ success: false, errorReason: 'settlement_pending',
    transaction: '0xcd' }),
  [{ decision: ID, outcome: 'failed', reason: 'settlement_pending',
    transaction: '0xcd' }]);
await act('a page that could not be given',
  () => server.createPaymentCancellationDispatcher(payload, requirements, {},
    context).cancel({ reason: 'handler_failed', responseStatus: 500 }),
  [{ decision: ID, outcome: 'released', reason: 'handler_failed' }]);
status = 503;
const result = await settle({ success: true, transaction: '0xef' })();
check('a sidecar that is down fails no payment',
  result.success && warned.length === 1 && warned[0].includes(ID), warned);
id = undefined;
await act('what came past Weighbridge tells nothing',
  settle({ success: true, transaction: '0x01' }), []);
sidecar.close();
end();
