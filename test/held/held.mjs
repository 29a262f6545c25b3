// SPDX-License-Identifier: Apache-2.0
//
// client -> nginx, as its example has it, which asks the sidecar ->
// @x402/express, unmodified, with a facilitator that takes everything. First
// one node over its own store, then two over a redis-server. Prints TAP.
//
//   node held.mjs ROOT BUILD
import { spawn } from 'node:child_process';
import {
  appendFileSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts';
import { Agent } from '../../stack/agent.mjs';
import { Front, freePorts, PORTS, until } from '../../stack/proxy.mjs';
import { check, end, skip } from '../../../test/stack/tap.mjs';
import { FORMS, payTo, startFacilitator, startGate } from './gate.mjs';

const [root, build] = process.argv.slice(2);
const program = join(resolve(root, build), 'weighbridge');
const REDIS = '/usr/bin/redis-server';
const TOKEN = 'of-who-tells-of-demand';
const folder = mkdtempSync(join(tmpdir(), 'weighbridge-held-'));
const agent = new Agent(privateKeyToAccount(generatePrivateKey()));

// One route for both forms: demand is the same whoever asks.
const policy = `version: 1
assets: { usdc: usdc@base-sepolia }
pay-to: "${payTo}"
quotes: { ttl: 120s, keys: ${folder}/quote.keys }
routes:
  - id: feed
    match: { path: [/dollar/feed, /extra/feed] }
    price: 0.01 usdc
    demand: { signal: load, target: 50%, period: 1s, step: 50%, ceiling: 8x,
              hold: 100 }
  - id: many
    match: { path: [/dollar/many, /extra/many] }
    price: 0.01 usdc
    volume: { per: client-ip, window: 24h,
              steps: [{ from: 1, factor: 0.8 }, { from: 3, factor: 0.5 }] }
`;

// ---- nodes ----

async function startNode(name, gate, claims) {
  const at = join(folder, name);
  mkdirSync(at);
  const front = new Front('nginx', at, program,
    { ...await freePorts(Object.keys(PORTS)), gate });
  writeFileSync(join(at, 'policy.yaml'), policy);
  writeFileSync(join(at, 'tokens.yaml'), `version: 1
tokens: [{ name: load, scopes: [demand], env: HELD_TOKEN }]
`);
  appendFileSync(join(at, 'weighbridge.yaml'),
    `payments: { signature: flag }\n${claims}\n`);
  await front.startSidecar();
  await front.startProxy();
  return front;
}

async function startRedis() {
  const at = join(folder, 'redis.sock');
  const server = spawn(REDIS, ['--port', '0', '--unixsocket', at, '--save', '',
    '--maxmemory-policy', 'noeviction'], { cwd: folder, stdio: 'ignore' });
  await until('redis-server listens', () => existsSync(at));
  return { stop: () => server.kill('SIGKILL'), claims: 'claims: { store: ' +
    `valkey, address: "unix:${at}", on-store-failure: reject }` };
}

// ---- asking, waiting, paying ----

const asked = async (front, form, what = 'feed') =>
  Number((await agent.sign(`${front.url}/${form}/${what}`)).wanted.amount);

async function push(front, load) {
  const answer = await fetch(
    `http://127.0.0.1:${front.ports.admin}/v1/demand`, { method: 'POST',
      headers: { Authorization: `Bearer ${TOKEN}` },
      body: `{"demand":"feed","load":"${load}"}\n` });
  return answer.status === 200;
}

const comes = condition =>
  until('', condition).then(() => true, () => false);

async function demandAt(front, load, there) {
  await until(`demand answers a load of ${load}`, async () => {
    await push(front, load);
    await wait(200);
    return there(await asked(front, 'dollar'));
  }, 30);
}

const pay = (front, form, { header }) => fetch(`${front.url}/${form}/feed`,
  { headers: { 'PAYMENT-SIGNATURE': header } });

async function isTaken(front, form, name, signed, gate) {
  const settled = gate.settled.length;
  const paid = await pay(front, form, signed);
  check(name, paid.status === 200 && paid.headers.has('PAYMENT-RESPONSE') &&
    (await paid.json()).paid === '0.01' &&
    gate.settled.slice(settled).join() === '10000', paid.status, gate.settled);
}

// Demand triples between the quotes and the payments, of which one is made at
// once, one after a restart, and one at another node.
async function holds(store, nodes, gate) {
  const [front, other] = nodes;
  const told = {};
  for (const form of FORMS) {
    told[form] = [];
    for (let i = 0; i < 3; i++) {
      told[form].push(await agent.sign(`${front.url}/${form}/feed`));
    }
    check(`${store}, ${form}: an ask is told a price`,
      told[form].every(one => one.wanted.amount === '10000'), told[form]);
  }
  await demandAt(front, 200, amount => amount >= 30000);
  for (const form of FORMS) {
    await isTaken(front, form, `${store}, ${form}: demand triples, and the ` +
      'payment at what was told is taken', told[form][0], gate);
    const again = await pay(front, form, told[form][0]);
    check(`${store}, ${form}: once`, again.status === 409, again.status);
    check(`${store}, ${form}: the next ask is told what it costs now`,
      await asked(front, form) >= 30000);
  }
  await front.sidecar.stop();
  await front.startSidecar();
  for (const form of FORMS) {
    await isTaken(front, form, `${store}, ${form}: after a restart`,
      told[form][1], gate);
  }
  for (const form of other ? FORMS : []) {
    await isTaken(other, form, `${store}, ${form}: on a second node`,
      told[form][2], gate);
    const again = await pay(other, form, told[form][0]);
    check(`${store}, ${form}: which knows what was paid at the first`,
      again.status === 409, again.status);
    check(`${store}, ${form}: and, when it has heard, what it costs now`,
      await comes(async () => await asked(other, form) >= 30000));
  }
}

// @x402/fetch as it is published: whoever paid often sees it in the 402.
async function rebates(front, form, gate) {
  const told = [];
  const before = gate.settled.length;
  for (let i = 0; i < 4; i++) {
    told.push(await asked(front, form, 'many'));
    const paid = await agent.fetch(`${front.url}/${form}/many`);
    check(`${form}: @x402/fetch pays for the ${i + 1}. time`,
      paid.status === 200, paid.status);
  }
  check(`${form}: its discount stands in the 402`,
    told.join() === '10000,8000,8000,5000', told);
  check(`${form}: and is what it pays`,
    gate.settled.slice(before).join() === told.join(), gate.settled);
}

// ---- the play ----

process.env.HELD_TOKEN = TOKEN;
const started = [];
try {
  const facilitator = await startFacilitator();
  const gate = await startGate(facilitator);
  started.push(facilitator, gate);
  const alone = await startNode('alone', gate.port, '');
  started.push(alone);
  await holds('one node', [alone], gate);
  await rebates(alone, 'dollar', gate);
  if (existsSync(REDIS)) {
    const redis = await startRedis();
    started.push(redis);
    const nodes = [await startNode('first', gate.port, redis.claims),
      await startNode('second', gate.port, redis.claims)];
    started.push(...nodes);
    await holds('two nodes', nodes, gate);
    await rebates(nodes[1], 'extra', gate);
  } else {
    skip('on a second node', 'no redis-server');
  }
} catch (error) {
  check('it runs to its end', false, error.stack);
} finally {
  for (const one of started.reverse()) {
    await one.stop();
  }
  rmSync(folder, { recursive: true, force: true });
}
end();
