// SPDX-License-Identifier: Apache-2.0
// The gate with an origin behind: pages that say what they are.
import express from 'express';
import { weighbridgeGate } from '../x402-express/gate.mjs';
import { legacyGate } from '../x402-express/legacy.mjs';
import { weighbridgeOutcomes } from '../x402-outcomes/outcomes.mjs';
import { NETWORK, USDC } from './chain.mjs';
import { listen } from './listen.mjs';

const assets = { [USDC.toLowerCase()]: { name: 'USDC', version: '2' } };

// An entry of the gate's log is in `seen` when the request came, and given to
// `log` when it was answered.
function app(gate, seen, log) {
  const app = express();
  app.use((req, res, next) => {
    const entry = { method: req.method, path: req.path, headers: req.headers,
      raw: req.rawHeaders, decision: req.get('x-weighbridge-decision') };
    seen.push(entry);
    res.on('finish', () => {
      entry.status = res.statusCode;
      log?.(entry);
    });
    next();
  });
  app.use(gate);
  let fails = true; // the first time, after that no more
  app.get('/flaky', (_, res, next) => {
    if (fails) {
      res.status(500).send('broken\n');
    } else {
      next();
    }
    fails = false;
  });
  app.use((req, res) => {
    // What was paid for is nobody else's.
    res.set('Cache-Control', req.get('x-price-action') === 'free'
      ? 'public, max-age=60' : 'private, no-store');
    res.send(`<!doctype html><title>${req.path.slice(1)}</title>` +
      `<h1>The content of this page</h1>\n`);
  });
  return app;
}

// `outcomes`: where the sidecar is told what became of payments, and the token.
export async function startGate({ facilitator, port = 0, outcomes, log }) {
  const seen = [];
  const gate = weighbridgeGate({ facilitator, network: NETWORK, assets,
    hooks: outcomes && weighbridgeOutcomes(outcomes) });
  return { seen, ...await listen(app(gate, seen, log), port) };
}

// The gate of x402's first version.
export async function startLegacyGate({ facilitator, port = 0, log }) {
  const seen = [];
  const gate = legacyGate({ facilitator, network: 'base-sepolia',
    caip2: NETWORK, assets: Object.fromEntries(Object.entries(assets).map(
      ([address, domain]) => [address, { ...domain, decimals: 6 }])) });
  return { seen, ...await listen(app(gate, seen, log), port) };
}
