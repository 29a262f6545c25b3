// SPDX-License-Identifier: Apache-2.0
//
// client -> a proxy of a few lines, which asks the sidecar -> @x402/express,
// unmodified, with a facilitator that takes everything. Prints TAP.
//
//   node held.mjs ROOT BUILD
import { spawn } from 'node:child_process';
import { webcrypto } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { x402Client, x402HTTPClient } from '@x402/core/client';
import {
  HTTPFacilitatorClient, x402ResourceServer,
} from '@x402/core/server';
import { registerExactEvmScheme } from '@x402/evm/exact/client';
import { ExactEvmScheme } from '@x402/evm/exact/server';
import {
  paymentMiddlewareFromHTTPServer, x402HTTPResourceServer,
} from '@x402/express';
import express from 'express';
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts';

globalThis.crypto ??= webcrypto; // Node 18 has no such global

const [root, build] = process.argv.slice(2);
const program = join(resolve(root, build), 'weighbridge');
const network = 'eip155:84532';
const payTo = '0x209693Bc6afc0C5328bA36FaF03C514EF312287C';
const folder = mkdtempSync(join(tmpdir(), 'weighbridge-held-'));
let tests = 0;
let failed = 0;

function say(good, name, detail = '') {
  tests += 1;
  failed += good ? 0 : 1;
  console.log(`${good ? 'ok' : 'not ok'} ${tests} - ${name}`);
  if (!good) {
    console.log(`# ${detail}`);
  }
}

const listen = app => new Promise((done) => {
  const server = app.listen(0, '127.0.0.1', () => done(server));
});
const portOf = server => server.address().port;

// ---- the sidecar ----

writeFileSync(join(folder, 'policy.yaml'), `version: 1
assets: { usdc: usdc@base-sepolia }
pay-to: "${payTo}"
quotes: { ttl: 60s, keys: quote.keys }
routes:
  - id: feed
    match: { path: /** }
    price: 0.01 usdc
    demand: { signal: load, target: 50%, period: 1s, step: 50%, ceiling: 8x,
              hold: 100 }
`);
writeFileSync(join(folder, 'weighbridge.yaml'), `version: 1
policy: policy.yaml
payments: { signature: flag }
claims: { store: memory }
listen:
  - { address: "unix:sock", dialect: forward-auth, trust-forwarded: [unix],
      take: { load: X-Load } }
admin: { address: "off" }
log: { decisions: "off" }
`);
const sidecar = spawn(program, ['serve', '-c',
  join(folder, 'weighbridge.yaml')], { stdio: ['ignore', 'ignore', 'pipe'] });
let said = '';
sidecar.stderr.on('data', (text) => { said += text; });

// The sidecar's answer to a request with these headers.
function weigh(method, path, headers) {
  return new Promise((done, lost) => {
    http.request({ socketPath: join(folder, 'sock'), method: 'GET', path: '/',
      headers: { ...headers, host: '127.0.0.1',
        'x-forwarded-method': method, 'x-forwarded-uri': path,
        'x-forwarded-host': 'news.example', 'x-forwarded-proto': 'https',
        'x-forwarded-for': '192.0.2.7' } },
    (answer) => { answer.resume(); done(answer); }).on('error', lost).end();
  });
}

// ---- the gate, by form of its price ----

const domain = { name: 'USDC', version: '2' };
const forms = {
  "'$' and a decimal": c => `$${c.adapter.getHeader('x-price')}`,
  'amount, asset and extra with the quote': c => ({
    amount: c.adapter.getHeader('x-price-amount'),
    asset: c.adapter.getHeader('x-price-asset'),
    extra: { ...domain, quote: c.adapter.getHeader('x-price-quote') },
  }),
};

const stub = express();
stub.use(express.json());
stub.get('/supported', (_, res) => res.json({ kinds: [
  { x402Version: 2, scheme: 'exact', network }], extensions: [],
signers: {} }));
stub.post('/verify', (_, res) => res.json({ isValid: true, payer: payTo }));
stub.post('/settle', (_, res) => res.json({ success: true, network,
  transaction: '0x1', payer: payTo }));

async function startGate(facilitator, price) {
  const server = new x402ResourceServer(new HTTPFacilitatorClient(
    { url: `http://127.0.0.1:${portOf(facilitator)}` }))
    .register(network, new ExactEvmScheme());
  const app = express();
  // the proxy: the sidecar's headers, none of the client's own
  app.use(async (req, res, next) => {
    const told = await weigh(req.method, req.originalUrl, req.headers);
    if (told.statusCode !== 200) {
      res.status(told.statusCode).end();
      return;
    }
    for (const [name, value] of Object.entries(told.headers)) {
      if (/^x-(price|payment|agent|weighbridge)/.test(name)) {
        req.headers[name] = value;
      }
    }
    if (told.headers['x-payment-forward'] !== '1') {
      delete req.headers['payment-signature'];
    }
    next();
  });
  app.use(paymentMiddlewareFromHTTPServer(new x402HTTPResourceServer(server,
    { '/*': { accepts: { scheme: 'exact', network, payTo, price } } })));
  app.get('/feed', (req, res) => res.json({ paid: req.get('x-price') }));
  return listen(app);
}

// ---- asking, waiting, paying ----

const client = registerExactEvmScheme(new x402Client(),
  { signer: privateKeyToAccount(generatePrivateKey()) });
const wallet = new x402HTTPClient(client);

async function demandAbove(factor) {
  for (let i = 0; i < 100; i += 1) {
    const told = await weigh('GET', '/feed', { 'x-load': '200' });
    if (Number(told.headers['x-price-demand']) >= factor) {
      return Number(told.headers['x-price-demand']);
    }
    await wait(100);
  }
  return 0;
}

async function demandAtRest() {
  for (let i = 0; i < 150; i += 1) {
    const told = await weigh('GET', '/feed', { 'x-load': '0' });
    if (told.headers['x-price-demand'] === '1') {
      return;
    }
    await wait(100);
  }
}

async function tryForm(facilitator, name, price) {
  const gate = await startGate(facilitator, price);
  const url = `http://127.0.0.1:${portOf(gate)}/feed`;
  await demandAtRest();
  const ask = await fetch(url);
  const wanted = wallet.getPaymentRequiredResponse(
    key => ask.headers.get(key), await ask.json());
  say(ask.status === 402 && wanted.accepts[0].amount === '10000',
    `${name}: the ask is told a price`, JSON.stringify(wanted));
  const payload = await client.createPaymentPayload(wanted);
  const risen = await demandAbove(3);
  say(risen >= 3, `${name}: demand triples`, String(risen));
  const headers = wallet.encodePaymentSignatureHeader(payload);
  const paid = await fetch(url, { headers });
  say(paid.status === 200 && paid.headers.get('PAYMENT-RESPONSE')
    && (await paid.json()).paid === '0.01',
  `${name}: the payment at what was told is taken`, String(paid.status));
  const again = await fetch(url, { headers });
  say(again.status === 409, `${name}: once`, String(again.status));
  const dear = await fetch(url);
  const now = wallet.getPaymentRequiredResponse(
    key => dear.headers.get(key), await dear.json());
  say(Number(now.accepts[0].amount) >= 30000,
    `${name}: and the next ask is told what it costs now`,
    JSON.stringify(now.accepts));
  gate.close();
  gate.closeAllConnections();
}

let facilitator;
try {
  for (let i = 0; i < 50; i += 1) {
    if (await weigh('GET', '/', {}).then(() => true, () => false)) {
      break;
    }
    await wait(100);
  }
  facilitator = await listen(stub);
  for (const [name, price] of Object.entries(forms)) {
    await tryForm(facilitator, name, price);
  }
} catch (error) {
  say(false, 'it runs to its end', `${error.stack}\n${said}`
    .replaceAll('\n', '\n# '));
} finally {
  facilitator?.close();
  facilitator?.closeAllConnections();
  sidecar.kill('SIGTERM');
  rmSync(folder, { recursive: true });
}
console.log(`1..${tests}`);
process.exit(failed ? 1 : 0);
