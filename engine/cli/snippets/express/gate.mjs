// SPDX-License-Identifier: Apache-2.0
// Weighbridge's headers for @x402/express: who pays, how much and to whom is
// in the request's headers; the gate asks for it, has it verified and settled.
//
// What is missing, doubled or unreadable is refused, never free. The gate must
// not be reachable around the proxy, whose headers it believes.
import { HTTPFacilitatorClient } from '@x402/core/server';
import { ExactEvmScheme } from '@x402/evm/exact/server';
import {
  paymentMiddlewareFromHTTPServer, x402HTTPResourceServer, x402ResourceServer,
} from '@x402/express';

const NAMES = {
  action: 'x-price-action', amount: 'x-price-amount', asset: 'x-price-asset',
  network: 'x-price-network', payTo: 'x-price-pay-to', quote: 'x-price-quote',
};
const SHAPES = {
  amount: /^[1-9]\d{0,77}$/, asset: /^0x[0-9a-fA-F]{40}$/,
  network: /^eip155:[1-9]\d{0,17}$/, payTo: /^0x[0-9a-fA-F]{40}$/,
  quote: /^(-|[\w-]+\.[\w-]+\.[\w-]+)$/,
};

// The price of one request: 'free', or its parts; null: refuse. Doubled
// headers are joined by node with ", ", which has none of these shapes.
export function priceOf(adapter) {
  const told = Object.fromEntries(Object.entries(NAMES).map(
    ([key, name]) => [key, adapter.getHeader(name) ?? '']));
  if (told.action === 'free') {
    return 'free';
  }
  const sound = told.action === 'charge' &&
    Object.entries(SHAPES).every(([key, shape]) => shape.test(told[key]));
  return sound ? told : null;
}

// Express middleware. `assets`: of each asset that is sold for, by address in
// lower case, the EIP-712 domain's name and version that wallets sign.
export function weighbridgeGate({ facilitator, network, assets, hooks }) {
  const client = new HTTPFacilitatorClient({ url: facilitator });
  const server = new x402ResourceServer(client)
    .register(network, new ExactEvmScheme());
  hooks?.(server);
  const domain = price => assets[price.asset.toLowerCase()];
  const routes = { '/*': { accepts: {
    scheme: 'exact', network,
    payTo: ({ adapter }) => priceOf(adapter).payTo,
    price: ({ adapter }) => {
      const price = priceOf(adapter);
      const quote = price.quote === '-' ? {} : { quote: price.quote };
      return { amount: price.amount, asset: price.asset,
        extra: { ...domain(price), ...quote } };
    },
  } } };
  const gate = new x402HTTPResourceServer(server, routes)
    .onProtectedRequest(async ({ adapter }) => {
      const price = priceOf(adapter);
      if (price === 'free') {
        return { grantAccess: true };
      }
      if (!price || price.network !== network || !domain(price)) {
        return { abort: true, reason: 'no price for this request' };
      }
      return undefined;
    });
  return paymentMiddlewareFromHTTPServer(gate);
}
