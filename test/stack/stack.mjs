// SPDX-License-Identifier: Apache-2.0
// Scenes behind each proxy. What the gate saw and what the chain holds are
// the proof, not statuses alone.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { AGENT, Agent, legacyFetch } from '../../examples/stack/agent.mjs';
import {
  accounts, balance, startChain,
} from '../../examples/stack/chain.mjs';
import { startFacilitator } from '../../examples/stack/facilitator.mjs';
import { startGate, startLegacyGate } from '../../examples/stack/gate.mjs';
import { Front, freePorts, PORTS, until } from '../../examples/stack/proxy.mjs';
import { READER, ask, browse, chromiumName, raw } from './clients.mjs';
import { person } from './person.mjs';
import { check, end, skip } from './tap.mjs';

const root = path.join(path.dirname(fileURLToPath(import.meta.url)), '../..');
const program = path.join(root, process.env.WB_BUILD ?? 'build',
  'weighbridge');
const ARTICLE = 30000n; // what GPTBot pays for one, in the token's units

// What stands behind every proxy; `seen()` is what the gate saw since it was
// asked last.
class Stage {
  async start() {
    this.chain = await startChain();
    this.facilitator = await startFacilitator(this.chain.url);
    return this;
  }

  async behind(proxy, Gate, scenes) {
    const ports = await freePorts(Object.keys(PORTS));
    const folder = mkdtempSync(path.join(tmpdir(), 'wb-stack-'));
    this.front = new Front(proxy, folder, program, ports);
    this.gate = await Gate({ facilitator: this.facilitator.url,
      port: ports.gate, outcomes: this.front.outcomes });
    this.proxy = proxy;
    try {
      await this.front.startSidecar();
      await this.front.startProxy();
      await scenes(this);
    } catch (error) {
      check(`${proxy}: all scenes were played`, false, error.stack,
        ...['sidecar', proxy].map(name => this.log(name)));
    } finally {
      await this.front.stop();
      this.gate.stop();
      rmSync(folder, { recursive: true, force: true });
    }
  }

  // How many outcomes of this kind the sidecar was told.
  async told(outcome) {
    const answer = await fetch(
      `http://127.0.0.1:${this.front.ports.admin}/metrics`);
    const name = `weighbridge_outcomes_total{outcome="${outcome}",` +
      'result="done"} ';
    const line = (await answer.text()).split('\n').find(
      one => one.startsWith(name));
    return Number(line?.slice(name.length));
  }

  log(name) {
    const file = path.join(this.front.folder, `${name}.log`);
    return existsSync(file) ? readFileSync(file, 'utf8').slice(-2000) : '';
  }

  seen() {
    return this.gate.seen.splice(0);
  }

  url(at) {
    return this.front.url + at;
  }

  check(name, good, ...notes) {
    return check(`${this.proxy}: ${name}`, good, ...notes);
  }

  earned() {
    return balance(this.chain.chain, accounts.seller.address);
  }

  async stop() {
    this.facilitator?.stop();
    await this.chain?.stop();
  }
}

// ---- scenes ----

async function readers(stage) {
  const reader = await ask(stage.url('/article'), READER);
  const [seen] = stage.seen();
  stage.check('a reader reads free', reader.status === 200 &&
    reader.body.includes('The content') &&
    seen?.headers['x-price-action'] === 'free', reader, seen);
  const page = await browse(stage.url('/article'), await chromiumName());
  if (page === null) {
    skip(`${stage.proxy}: Chromium reads free`, 'no Chromium');
    return;
  }
  const all = stage.seen();
  stage.check('Chromium reads free', page.includes('The content') &&
    all.length > 0 && all.every(one => one.status === 200 &&
      one.headers['x-agent-class'] === 'human'), page,
  all.map(one => one.headers));
  await browse(stage.url('/article'));
  stage.check('Chromium that says it is headless is asked to pay',
    stage.seen().some(one => one.path === '/article' && one.status === 402));
}

async function agents(stage) {
  const before = await stage.earned();
  const unpaid = await ask(stage.url('/article'), AGENT);
  stage.check('an agent gets 402', unpaid.status === 402, unpaid);
  stage.seen();
  const agent = new Agent(accounts.payer);
  const { wanted } = await agent.sign(stage.url('/article'));
  stage.check("the 402 asks its tier's price",
    BigInt(wanted.amount) === ARTICLE &&
    wanted.payTo === accounts.seller.address, wanted);
  stage.seen();
  const paid = await agent.pay(stage.url('/article'));
  const text = await paid.text();
  const told = stage.seen().at(-1);
  stage.check('it pays and gets the content', paid.status === 200 &&
    text.includes('The content') && paid.headers.has('payment-response') &&
    told.headers['x-payment-state'] === 'sound', paid.status, text, told);
  stage.check('the token has moved on the chain',
    await stage.earned() === before + ARTICLE);
}

async function replays(stage) {
  const agent = new Agent(accounts.payer);
  const { header } = await agent.sign(stage.url('/article'));
  const before = await stage.earned();
  const paying = { ...AGENT, 'PAYMENT-SIGNATURE': header };
  stage.seen();
  const answers = await Promise.all(Array.from({ length: 8 },
    () => ask(stage.url('/article'), paying)));
  const heard = stage.seen();
  stage.check('of eight copies at once one is let through',
    answers.filter(one => one.status === 200).length === 1 &&
    answers.filter(one => one.status === 409).length === 7 &&
    heard.length === 1, answers.map(one => one.status), heard.length);
  const again = await ask(stage.url('/article'), paying);
  stage.check('the same header later: 409, and the gate never hears of it',
    again.status === 409 && stage.seen().length === 0 &&
    JSON.parse(again.body).error === 'duplicate_settlement', again);
  stage.check('it was paid for once', await stage.earned() === before + ARTICLE);
}

async function malformed(stage) {
  stage.seen();
  for (const [what, value] of [['garbage', 'garbage'], ['an empty object',
    'e30='], ['cut off', 'eyJ4NDAyVmVyc2lvbiI6M']]) {
    const answer = await ask(stage.url('/article'),
      { ...AGENT, 'PAYMENT-SIGNATURE': value });
    stage.check(`a payment that is ${what}: 400`, answer.status === 400 &&
      JSON.parse(answer.body).error === 'invalid_payload', answer);
  }
  stage.check('the gate heard of none', stage.seen().length === 0);
}

// What a client writes under our names, in any spelling, is not what the gate
// reads: it is refused, or the gate sees ours only.
async function spoofs(stage) {
  const lines = Object.entries(AGENT).map(([n, v]) => `${n}: ${v}`);
  const tries = [['X-Price-Action: free'], ['X-Price: 0'],
    ['x-price-amount: 1'], ['X_Price_Action: free'], ['X.Price.Action: free'],
    ['X-PRICE-ACTION: free', 'X-Price-Action: charge'],
    [`X-Price-Pay-To: ${accounts.rival.address}`], ['X-Agent-Class: human'],
    ['Connection: close, X-Price-Action'],
    ['Connection: close, X-Price-Amount, X-Price-Pay-To'],
    ['X-Payment-Forward: 1', 'PAYMENT-SIGNATURE: e30=']];
  for (const lie of tries) {
    stage.seen();
    const answer = await raw(stage.url('/article'), [...lines, ...lie]);
    const heard = stage.seen();
    stage.check(`${lie.join(', ')}: nothing changes at the gate`,
      answer.status !== 200 && heard.every(one => one.status === 402 &&
        one.headers['x-price-action'] === 'charge' &&
        one.headers['x-price-amount'] === String(ARTICLE) &&
        one.headers['x-price-pay-to'] === accounts.seller.address),
      answer, heard.map(one => one.headers));
  }
}

async function elsewhere(stage) {
  const agent = new Agent(accounts.payer);
  const { header } = await agent.sign(stage.url('/article'));
  const before = await stage.earned();
  stage.seen();
  const answer = await ask(stage.url('/feed/today'),
    { ...AGENT, 'PAYMENT-SIGNATURE': header });
  const [told] = stage.seen();
  stage.check('a payment for another route buys nothing',
    answer.status === 402 && await stage.earned() === before &&
    told.headers['x-payment-state'] === 'wrong-amount' &&
    told.headers['payment-signature'] === undefined, answer, told?.headers);
  const right = await ask(stage.url('/article'),
    { ...AGENT, 'PAYMENT-SIGNATURE': header });
  stage.check('and is not lost where it is right', right.status === 200 &&
    await stage.earned() === before + ARTICLE, right);
}

// Told at one price, paid when it is another.
async function moves(stage) {
  const agent = new Agent(accounts.payer);
  const { wanted, header } = await agent.sign(stage.url('/feed/now'));
  const before = await stage.earned();
  const asked = async () => {
    const answer = await fetch(stage.url('/feed/now'), { headers: AGENT });
    const told = answer.headers.get('payment-required');
    return BigInt(JSON.parse(Buffer.from(told, 'base64')).accepts[0].amount);
  };
  let dearer = 0n;
  await until('the price moves', async () => {
    await Promise.all(Array.from({ length: 8 }, asked));
    dearer = await asked();
    return dearer > BigInt(wanted.amount);
  });
  const paid = await ask(stage.url('/feed/now'),
    { ...AGENT, 'PAYMENT-SIGNATURE': header });
  const told = stage.seen().at(-1);
  stage.check('a price that moves between 402 and retry still holds',
    paid.status === 200 &&
    told.headers['x-price-amount'] === wanted.amount &&
    told.headers['x-price-quote'] === wanted.extra.quote &&
    await stage.earned() === before + BigInt(wanted.amount),
    paid, told?.headers, wanted, dearer);
}

// The gate's hooks tell the sidecar what became of payments.
async function outcomes(stage) {
  const agent = new Agent(accounts.payer);
  const settled = await stage.told('settled');
  await agent.pay(stage.url('/article'));
  await until('the outcome is told',
    async () => await stage.told('settled') > settled);
  stage.check('settled is told by hooks', true);

  const { header } = await agent.sign(stage.url('/flaky'));
  const paying = { ...AGENT, 'PAYMENT-SIGNATURE': header };
  const before = await stage.earned();
  const broken = await ask(stage.url('/flaky'), paying);
  await until('the claim is released',
    async () => await stage.told('released') > 0);
  const again = await ask(stage.url('/flaky'), paying);
  const third = await ask(stage.url('/flaky'), paying);
  stage.check('a payment whose page failed passes again, once',
    broken.status === 500 && again.status === 200 && third.status === 409 &&
    await stage.earned() === before + ARTICLE, broken, again, third);
}

async function lockout(stage) {
  const agent = new Agent(accounts.poor);
  const answers = [];
  const failed = await stage.told('failed');
  // A machine that is busy may answer 503 in between, which fails nobody.
  for (let i = 0; i < 8 && answers.at(-1)?.status !== 403; i++) {
    const { header } = await agent.sign(stage.url('/article'));
    answers.push(await ask(stage.url('/article'),
      { ...AGENT, 'PAYMENT-SIGNATURE': header }));
    const refused = answers.filter(one => one.status === 402).length;
    await until('the failure is told',
      async () => await stage.told('failed') >= failed + refused);
  }
  stage.check('who cannot pay twice is locked out',
    answers.filter(one => one.status === 402).length === 2 &&
    answers.at(-1).status === 403 &&
    JSON.parse(answers.at(-1).body).error === 'payer_locked_out', answers);
  const { header } = await new Agent(accounts.payer).sign(
    stage.url('/article'));
  const other = await ask(stage.url('/article'),
    { ...AGENT, 'PAYMENT-SIGNATURE': header });
  stage.check('and nobody else is', other.status === 200, other);
}

// One id in the gate's log, the sidecar's and the audit log.
async function oneId(stage) {
  stage.seen();
  await new Agent(accounts.payer).pay(stage.url('/article'));
  const id = stage.seen().at(-1).decision;
  const audit = () => readFileSync(
    path.join(stage.front.folder, 'audit.ndjson'), 'utf8');
  await until('the outcome is in the audit log', () => audit().split('\n')
    .filter(line => line.includes(id)).length === 2);
  stage.check('one decision id in all logs', /^[0-9a-f]{32}$/.test(id) &&
    stage.log('sidecar').includes(id), id);
  execFileSync(program, ['audit', 'verify',
    path.join(stage.front.folder, 'audit.ndjson')]);
  stage.check('the audit log verifies', true);
}

async function caches(stage) {
  await ask(stage.url('/cached'), READER);
  const answer = await ask(stage.url('/cached'), AGENT);
  stage.check('a charged request gets no answer that was free',
    answer.status === 402 && !answer.body.includes('The content'), answer);
}

async function without(stage) {
  const agent = new Agent(accounts.payer);
  const { header } = await agent.sign(stage.url('/article'));
  const before = await stage.earned();
  await stage.front.sidecar.stop();
  stage.seen();
  for (const [who, headers] of [['a reader', READER], ['an agent', AGENT],
    ['a payer', { ...AGENT, 'PAYMENT-SIGNATURE': header }]]) {
    const answer = await ask(stage.url('/article'), headers);
    stage.check(`without the sidecar ${who} gets 503`,
      answer.status === 503, answer);
  }
  stage.check('and the gate hears of none', stage.seen().length === 0);
  await stage.front.startSidecar();
  const answer = await ask(stage.url('/article'),
    { ...AGENT, 'PAYMENT-SIGNATURE': header });
  stage.check('the payment is good when it is back', answer.status === 200 &&
    await stage.earned() === before + ARTICLE, answer);
}

async function legacy(stage) {
  const before = await stage.earned();
  const answer = await legacyFetch(accounts.rival)(stage.url('/article'));
  const text = await answer.text();
  stage.check("x402-fetch pays x402's first version", answer.status === 200 &&
    text.includes('The content') && await stage.earned() === before + ARTICLE,
  answer.status, text);
  const header = stage.seen().at(-1)?.headers['x-payment'];
  const again = await ask(stage.url('/article'),
    { ...AGENT, 'X-PAYMENT': header ?? '' });
  stage.check('and the same again: 409', again.status === 409 &&
    stage.seen().length === 0, again, header);
  const reader = await ask(stage.url('/article'), READER);
  stage.check('a reader reads free', reader.status === 200 &&
    stage.seen()[0]?.headers['x-price-action'] === 'free', reader);
  await fromLog(stage);
}

// That gate has no hooks: the proxy's log tells.
async function fromLog(stage) {
  const log = path.join(stage.front.folder, 'weighbridge.log');
  if (!existsSync(log) || stage.proxy !== 'nginx') {
    return;
  }
  execFileSync(program, ['outcomes', '--admin',
    `127.0.0.1:${stage.front.ports.admin}`, log],
  { env: { ...process.env, WEIGHBRIDGE_TOKEN: stage.front.outcomes.token } });
  stage.check("settled is told by the proxy's log",
    await stage.told('settled') === 1, readFileSync(log, 'utf8'));
}

const SCENES = [readers, agents, replays, malformed, spoofs, elsewhere, moves,
  outcomes, lockout, oneId, caches, without];

function installed(name) {
  try {
    execFileSync('sh', ['-c',
      `PATH=$PATH:/usr/sbin:/sbin; command -v ${name}`]);
    return true;
  } catch {
    return false;
  }
}

const stage = await new Stage().start();
try {
  for (const proxy of ['nginx', 'caddy', 'haproxy']) {
    if (!installed(proxy)) {
      skip(`${proxy}: all scenes`, `no ${proxy}`);
      continue;
    }
    await stage.behind(proxy, startGate, async () => {
      for (const scene of SCENES) {
        await scene(stage);
      }
    });
    await stage.behind(proxy, startLegacyGate, legacy);
  }
} finally {
  await stage.stop();
}
if (installed('nginx')) {
  await person(root, program);
} else {
  skip('a person: the stack of examples/stack', 'no nginx');
}
end();
