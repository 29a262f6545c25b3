// SPDX-License-Identifier: Apache-2.0
// The whole way on one machine, for a person to try: client -> proxy (and the
// sidecar) -> gate (and the facilitator, and its chain).
//
//   node stack.mjs [nginx|caddy|haproxy [free]]
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { accounts, balance, startChain } from './chain.mjs';
import { startFacilitator } from './facilitator.mjs';
import { startGate } from './gate.mjs';
import { Front, freePorts, PORTS, PROXIES } from './proxy.mjs';

const [name = 'nginx', which] = process.argv.slice(2);
if (!PROXIES.includes(name) || ![undefined, 'free'].includes(which)) {
  console.error(`usage: run [${PROXIES.join('|')} [free]]`);
  process.exit(2);
}
const ports = which ? await freePorts(Object.keys(PORTS)) : PORTS;
const program = process.env.WEIGHBRIDGE ?? path.join(
  path.dirname(fileURLToPath(import.meta.url)), '../../build/weighbridge');
const folder = mkdtempSync(path.join(tmpdir(), 'weighbridge-stack-'));
const started = [];

async function stop(code) {
  for (const one of started.reverse()) {
    await one.stop();
  }
  rmSync(folder, { recursive: true, force: true });
  process.exit(code);
}
// The last one comes of a terminal that is closed.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.once(signal, () => stop(0));
}

async function keep(starting) {
  const one = await starting;
  started.push(one);
  return one;
}

try {
  const { chain, url } = await keep(startChain());
  const facilitator = await keep(startFacilitator(url));
  const money = async () => {
    const units = await balance(chain, accounts.seller.address);
    return `the seller has ${Number(units) / 1e6} USDC`;
  };
  const front = new Front(name, folder, program, ports);
  started.push(front);
  await keep(startGate({ facilitator: facilitator.url, port: ports.gate,
    outcomes: front.outcomes,
    log: async ({ method, path: at, status, decision, headers }) => {
      console.log(`gate: ${status} ${method} ${at}`,
        `${headers['x-agent-class']} ${headers['x-price-action']}`,
        `${headers['x-price']} ${decision}; ${await money()}`);
    } }));
  await front.startSidecar();
  await front.startProxy();
  console.log(`${name} on ${front.url}; logs in ${folder}; ${await money()}

Open it in a browser: free. In another terminal:
  curl -i -A GPTBot ${front.url}/article        402, and what it costs
  node pay.mjs ${front.url}/article             pays, and gets the content
  curl -i -A GPTBot -H 'PAYMENT-SIGNATURE: x' ${front.url}/article   400
Ctrl-C ends all of it.
`);
} catch (error) {
  console.error(error.message);
  await stop(1);
}
