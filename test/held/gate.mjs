// SPDX-License-Identifier: Apache-2.0
// @x402/express with both forms of its price function, a path each, and a
// facilitator that takes everything.
import {
  HTTPFacilitatorClient, x402ResourceServer,
} from '@x402/core/server';
import { ExactEvmScheme } from '@x402/evm/exact/server';
import {
  paymentMiddlewareFromHTTPServer, x402HTTPResourceServer,
} from '@x402/express';
import express from 'express';
import { listen } from '../../stack/listen.mjs';

const network = 'eip155:84532';
export const payTo = '0x209693Bc6afc0C5328bA36FaF03C514EF312287C';

// "$0.01", and the amount with the asset and, in extra, the quote.
const prices = {
  dollar: c => `$${c.adapter.getHeader('x-price')}`,
  extra: c => ({
    amount: c.adapter.getHeader('x-price-amount'),
    asset: c.adapter.getHeader('x-price-asset'),
    extra: { name: 'USDC', version: '2',
      quote: c.adapter.getHeader('x-price-quote') },
  }),
};
export const FORMS = Object.keys(prices);

export function startFacilitator() {
  const app = express();
  const settled = []; // amounts
  app.use(express.json());
  app.get('/supported', (_, res) => res.json({ kinds: [
    { x402Version: 2, scheme: 'exact', network }], extensions: [],
  signers: {} }));
  app.post('/verify', (_, res) => res.json({ isValid: true, payer: payTo }));
  app.post('/settle', (req, res) => {
    settled.push(req.body.paymentRequirements.amount);
    res.json({ success: true, network, transaction: '0x1', payer: payTo });
  });
  return listen(app).then(server => ({ ...server, settled }));
}

export async function startGate({ url, settled }) {
  const server = new x402ResourceServer(new HTTPFacilitatorClient({ url }))
    .register(network, new ExactEvmScheme());
  const app = express();
  app.use(paymentMiddlewareFromHTTPServer(new x402HTTPResourceServer(server,
    Object.fromEntries(Object.entries(prices).map(([form, price]) =>
      [`/${form}/*`, { accepts: { scheme: 'exact', network, payTo, price } }]
    )))));
  app.get('/:form/:page', (req, res) => res.json({ paid: req.get('x-price') }));
  return { ...await listen(app), settled };
}
