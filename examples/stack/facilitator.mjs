// SPDX-License-Identifier: Apache-2.0
// A facilitator: checks payments and puts them on the chain.
import { x402Facilitator } from '@x402/core/facilitator';
import { toFacilitatorEvmSigner } from '@x402/evm';
import { registerExactEvmScheme } from '@x402/evm/exact/facilitator';
import express from 'express';
import { createWalletClient, http, nonceManager, publicActions } from 'viem';
import { baseSepolia } from 'viem/chains';
import { NETWORK, accounts } from './chain.mjs';
import { listen } from './listen.mjs';

// port 0: a free one. `settled` counts what went to the chain.
export async function startFacilitator(chainUrl, port = 0) {
  const account = { ...accounts.facilitator, nonceManager };
  const wallet = createWalletClient({ account, chain: baseSepolia,
    transport: http(chainUrl), pollingInterval: 50 }).extend(publicActions);
  const facilitator = registerExactEvmScheme(new x402Facilitator(), {
    signer: toFacilitatorEvmSigner({ ...wallet, address: account.address }),
    networks: NETWORK });
  const counts = { verified: 0, settled: 0 };

  const app = express();
  app.use(express.json());
  const answer = (count, act) => async (req, res) => {
    counts[count]++;
    try {
      res.json(await act(req.body.paymentPayload,
        req.body.paymentRequirements));
    } catch (error) {
      res.status(500).json({ error: error.message });
    }
  };
  app.get('/supported', (_, res) => res.json(facilitator.getSupported()));
  app.post('/verify', answer('verified', (p, r) => facilitator.verify(p, r)));
  app.post('/settle', answer('settled', (p, r) => facilitator.settle(p, r)));
  return { counts, ...await listen(app, port) };
}
