// SPDX-License-Identifier: Apache-2.0
// Agents with a wallet, of either version of x402; what they do is as the
// packages have it.
import { webcrypto } from 'node:crypto';
import { x402HTTPClient } from '@x402/core/client';
import { registerExactEvmScheme } from '@x402/evm/exact/client';
import { x402Client, wrapFetchWithPayment } from '@x402/fetch';
import { createWalletClient, http } from 'viem';
import { baseSepolia } from 'viem/chains';
import { wrapFetchWithPayment as wrapLegacy } from 'x402-fetch';

globalThis.crypto ??= webcrypto; // Node 18 has no such global

export const AGENT = { 'User-Agent': 'GPTBot/1.2', Accept: '*/*' };

export class Agent {
  constructor(account) {
    this.client = registerExactEvmScheme(new x402Client(),
      { signer: account });
    this.http = new x402HTTPClient(this.client);
    this.fetch = wrapFetchWithPayment(fetch, this.client);
  }

  pay(url) {
    return this.fetch(url, { headers: AGENT });
  }

  // Asks, and signs what the 402 wants: the header, not yet sent.
  async sign(url) {
    const answer = await fetch(url, { headers: AGENT });
    const wanted = this.http.getPaymentRequiredResponse(
      name => answer.headers.get(name), await answer.json());
    const payload = await this.client.createPaymentPayload(wanted);
    const headers = this.http.encodePaymentSignatureHeader(payload);
    const header = headers['PAYMENT-SIGNATURE'];
    return { wanted: wanted.accepts[0], payload, header };
  }
}

// The same of x402's first version.
export function legacyFetch(account) {
  const wallet = createWalletClient( // signs; it asks the chain nothing
    { account, chain: baseSepolia, transport: http('http://127.0.0.1:9') });
  return url => wrapLegacy(fetch, wallet)(url, { headers: AGENT });
}
