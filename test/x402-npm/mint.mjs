// SPDX-License-Identifier: Apache-2.0
// Payments as the official clients make them now, for the price that the
// test sells at: one line of JSON each. They stand on examples/node_modules.
import { webcrypto } from 'node:crypto';
import { createRequire } from 'node:module';

globalThis.crypto ??= webcrypto; // Node 18 has no such global

const require = createRequire(new URL('../../examples/package.json', import.meta.url));
const { x402Client, x402HTTPClient } = require('@x402/core/client');
const { registerExactEvmScheme } = require('@x402/evm/exact/client');
const { ExactEvmSchemeV1 } = require('@x402/evm/exact/v1/client');
const { UptoEvmScheme } = require('@x402/evm/upto/client');
const { BatchSettlementEvmScheme } = require('@x402/evm/batch-settlement/client');
const { createPaymentHeader } = require('x402/client');
const { createWalletClient, http } = require('viem');
const { generatePrivateKey, privateKeyToAccount } = require('viem/accounts');
const { baseSepolia } = require('viem/chains');

const account = privateKeyToAccount(generatePrivateKey());
const PAYEE = '0x209693Bc6afc0C5328bA36FaF03C514EF312287C';
const SEPOLIA = {
  scheme: 'exact', network: 'eip155:84532', amount: '10000', payTo: PAYEE,
  asset: '0x036CbD53842c5426634e7929541eC2318f3dCF7e', maxTimeoutSeconds: 300,
  extra: { name: 'USDC', version: '2' },
};
const ARBITRUM = {
  ...SEPOLIA, network: 'eip155:42161',
  asset: '0xaf88d065e77c8cC2239327C5EDb3A432268e5831',
  extra: { name: 'USD Coin', version: '2' },
};
const URL_SOLD = 'https://news.example/article';

function tell(name, headers) {
  for (const [header, value] of Object.entries(headers)) {
    process.stdout.write(`${JSON.stringify({ name, header, value, payer: account.address.toLowerCase() })}\n`);
  }
}

const client = new x402Client();
registerExactEvmScheme(client, { signer: account });
client.register('eip155:*', new UptoEvmScheme(account));
client.register('eip155:*', new BatchSettlementEvmScheme(account));
const codec = new x402HTTPClient(client);

async function mint(name, accepts) {
  const payload = await client.createPaymentPayload(
    { x402Version: 2, resource: { url: URL_SOLD }, accepts: [accepts] });
  return [name, codec.encodePaymentSignatureHeader(payload)];
}

tell(...await mint('v2 exact by EIP-3009', SEPOLIA));
tell(...await mint('v2 exact by Permit2', { ...SEPOLIA, extra: { ...SEPOLIA.extra, assetTransferMethod: 'permit2' } }));
tell(...await mint('v2 upto', { ...SEPOLIA, scheme: 'upto', extra: { ...SEPOLIA.extra, facilitatorAddress: PAYEE } }));
tell(...await mint('v2 batch-settlement', { ...SEPOLIA, scheme: 'batch-settlement', extra: { ...SEPOLIA.extra, receiverAuthorizer: PAYEE, withdrawDelay: 3600 } }));
tell(...await mint('v2 on Arbitrum One', ARBITRUM));
const [name, headers] = await mint('v2 in X-Payment-Authorization', SEPOLIA);
tell(name, { 'X-Payment-Authorization': headers['PAYMENT-SIGNATURE'] });

const accepts1 = {
  scheme: 'exact', network: 'base-sepolia', maxAmountRequired: '10000',
  resource: URL_SOLD, description: '', mimeType: 'text/html', payTo: PAYEE,
  maxTimeoutSeconds: 300, asset: SEPOLIA.asset, extra: SEPOLIA.extra,
};
const made = await new ExactEvmSchemeV1(account).createPaymentPayload(1, accepts1);
tell('v1 of @x402/evm', codec.encodePaymentSignatureHeader(
  { scheme: 'exact', network: 'base-sepolia', ...made }));
const wallet = createWalletClient( // it signs; it asks the chain nothing
  { account, chain: baseSepolia, transport: http('http://127.0.0.1:9') });
tell('v1 of x402', { 'X-PAYMENT': await createPaymentHeader(wallet, 1, accepts1) });
