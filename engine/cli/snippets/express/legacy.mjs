// SPDX-License-Identifier: Apache-2.0
// The same for x402-express, the gate of x402's first version (X-PAYMENT): it
// takes one price for a middleware, so one is made for each price met.
import { paymentMiddleware } from 'x402-express';
import { priceOf } from './gate.mjs';

const KEPT = 1000; // prices; a new one pushes out the oldest

export function legacyGate({ facilitator, network, caip2, assets }) {
  const gates = new Map();
  const gateFor = price => {
    const key = [price.asset, price.amount, price.payTo].join().toLowerCase();
    if (!gates.has(key)) {
      if (gates.size >= KEPT) {
        gates.delete(gates.keys().next().value);
      }
      const { decimals, ...eip712 } = assets[price.asset.toLowerCase()];
      gates.set(key, paymentMiddleware(price.payTo, { '/*': {
        network, price: { amount: price.amount,
          asset: { address: price.asset, decimals, eip712 } },
      } }, { url: facilitator }));
    }
    return gates.get(key);
  };
  return (req, res, next) => {
    const price = priceOf({ getHeader: name => req.get(name) });
    if (price === 'free') {
      return next();
    }
    if (!price || price.network !== caip2 ||
        !assets[price.asset.toLowerCase()]) {
      return res.status(403).json({ error: 'no price for this request' });
    }
    return gateFor(price)(req, res, next);
  };
}
