// SPDX-License-Identifier: Apache-2.0
//
// Mints test/payment/minted.jsonl: payment headers made by the official
// clients, with a frozen clock, counted "random" bytes and a well-known key,
// so that the same packages give the same file. Nothing here is worth money.
//
//   cd build/mint && npm install && node mint.mjs > minted.jsonl
//   (package.json and mint.mjs copied there; node_modules stays below build/)

import { registerExactEvmScheme } from '@x402/evm/exact/client';
import { ExactEvmSchemeV1 } from '@x402/evm/exact/v1/client';
import { UptoEvmScheme } from '@x402/evm/upto/client';
import { AuthCaptureEvmScheme } from '@x402/evm/auth-capture/client';
import { BatchSettlementEvmScheme } from '@x402/evm/batch-settlement/client';
import { x402Client, x402HTTPClient } from '@x402/core/client';
import { createPaymentHeader } from 'x402/client';
import { Challenge, Credential } from 'mppx';
import { charge } from 'mppx/evm/client';
import { createWalletClient, encodeFunctionData, encodePacked, erc20Abi, http, keccak256 } from 'viem';
import { privateKeyToAccount } from 'viem/accounts';
import { baseSepolia } from 'viem/chains';

const NOW = 1767225600; // 2026-01-01T00:00:00Z
Date.now = () => NOW * 1000;

let counter = 0;
globalThis.crypto.getRandomValues = (array) => {
  const bytes = new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
  counter += 1;
  bytes.forEach((_, i) => { bytes[i] = (counter * 31 + i * 7) & 0xff; });
  return array;
};

const account = privateKeyToAccount(`0x${'01'.repeat(32)}`);
const PAYEE = '0x209693Bc6afc0C5328bA36FaF03C514EF312287C'; // of the x402 documents
const SEPOLIA = {
  scheme: 'exact', network: 'eip155:84532', amount: '10000', payTo: PAYEE,
  asset: '0x036CbD53842c5426634e7929541eC2318f3dCF7e', maxTimeoutSeconds: 300,
  extra: { name: 'USDC', version: '2' },
};
const BASE = {
  ...SEPOLIA, network: 'eip155:8453',
  asset: '0x833589fCD6eDb6E08f4c7C32D4f71b54bdA02913',
  extra: { name: 'USD Coin', version: '2' },
};
const RESOURCE = { url: 'https://news.example/premium/1', description: 'An article \u2014 whole', mimeType: 'text/html' };

function row(name, header, value) {
  const decoded = JSON.parse(Buffer.from(value, 'base64').toString('utf8'));
  process.stdout.write(`${JSON.stringify({ name, now: NOW, header, value, decoded })}\n`);
}

const client = new x402Client();
registerExactEvmScheme(client, { signer: account });
client.register('eip155:*', new UptoEvmScheme(account));
const codec = new x402HTTPClient(client);

async function mint2(name, accepts, extensions) {
  const payload = await client.createPaymentPayload({
    x402Version: 2, resource: RESOURCE, accepts: [accepts],
    ...(extensions ? { extensions } : {}),
  });
  if (extensions && 'payment-identifier' in extensions) {
    payload.extensions['payment-identifier'].info.id = 'order-0123456789abcdef';
  }
  for (const [header, value] of Object.entries(codec.encodePaymentSignatureHeader(payload))) {
    row(name, header, value);
  }
}

await mint2('v2', SEPOLIA);
await mint2('v2-other', SEPOLIA);
await mint2('v2-base', BASE);
await mint2('v2-dear', { ...SEPOLIA, amount: '250000' });
await mint2('v2-quote', { ...SEPOLIA, extra: { ...SEPOLIA.extra, quote: 'eyJhbGciOiJIUzI1NiJ9.e30.c2ln' } });
await mint2('v2-two-hours', { ...SEPOLIA, maxTimeoutSeconds: 7200 });
await mint2('v2-identifier', SEPOLIA, { 'payment-identifier': { info: { required: true }, schema: {} } });
await mint2('v2-permit2', { ...SEPOLIA, extra: { ...SEPOLIA.extra, assetTransferMethod: 'permit2' } });
await mint2('v2-upto', { ...SEPOLIA, scheme: 'upto', extra: { ...SEPOLIA.extra, facilitatorAddress: PAYEE } });

const accepts1 = (network, asset, name) => ({
  scheme: 'exact', network, maxAmountRequired: '10000', resource: RESOURCE.url,
  description: '', mimeType: 'text/html', payTo: PAYEE, maxTimeoutSeconds: 300,
  asset, extra: { name, version: '2' },
});
const sepolia1 = accepts1('base-sepolia', SEPOLIA.asset, 'USDC');
const base1 = accepts1('base', BASE.asset, 'USD Coin');

// Version 1 by the current package ...
for (const [name, accepts] of [['v1', sepolia1], ['v1-base', base1]]) {
  const made = await new ExactEvmSchemeV1(account).createPaymentPayload(1, accepts);
  const whole = { scheme: 'exact', network: accepts.network, ...made };
  for (const [header, value] of Object.entries(codec.encodePaymentSignatureHeader(whole))) {
    row(name, header, value);
  }
}
// ... and by the legacy one.
const wallet = createWalletClient({ account, chain: baseSepolia, transport: http('http://127.0.0.1:9') });
row('v1-legacy', 'X-PAYMENT', await createPaymentHeader(wallet, 1, sepolia1));

// ---- later ones: each appended, so that what stands above stays the same ----

client.register('eip155:*', new AuthCaptureEvmScheme(account));
const ARBITRUM = {
  ...SEPOLIA, network: 'eip155:42161',
  asset: '0xaf88d065e77c8cC2239327C5EDb3A432268e5831',
  extra: { name: 'USD Coin', version: '2' },
};
await mint2('v2-arbitrum', ARBITRUM);

const CAPTURE = {
  ...SEPOLIA, scheme: 'auth-capture',
  extra: {
    ...SEPOLIA.extra, captureAuthorizer: PAYEE, feeRecipient: PAYEE,
    captureDeadline: NOW + 86400, refundDeadline: NOW + 172800, minFeeBps: 0, maxFeeBps: 100,
  },
};
await mint2('v2-auth-capture', CAPTURE);
await mint2('v2-auth-capture-permit2', { ...CAPTURE, extra: { ...CAPTURE.extra, assetTransferMethod: 'permit2' } });

// Channels: a deposit by either method, then vouchers, of the payer's own key
// and of another that he lets sign.
const BATCH = {
  ...SEPOLIA, scheme: 'batch-settlement',
  extra: { ...SEPOLIA.extra, receiverAuthorizer: PAYEE, withdrawDelay: 3600 },
};
const other = privateKeyToAccount(`0x${'02'.repeat(32)}`);
async function mintBatch(name, options, accepts, storage) {
  const scheme = new BatchSettlementEvmScheme(account, { salt: `0x${'03'.repeat(32)}`, ...options, ...(storage ? { storage } : {}) });
  const made = await scheme.createPaymentPayload(2, accepts);
  const whole = { ...made, resource: RESOURCE, accepted: accepts };
  for (const [header, value] of Object.entries(codec.encodePaymentSignatureHeader(whole))) {
    row(name, header, value);
  }
}
const filled = { get: async () => ({ balance: '1000000', chargedCumulativeAmount: '30000' }), set: async () => {}, delete: async () => {} };
await mintBatch('v2-deposit', {}, BATCH);
await mintBatch('v2-deposit-permit2', {}, { ...BATCH, extra: { ...BATCH.extra, assetTransferMethod: 'permit2' } });
await mintBatch('v2-voucher', {}, BATCH, filled);
await mintBatch('v2-voucher-other', { voucherSigner: other }, BATCH, filled);

// MPP: what the seller sealed, echoed with a payment.
function mintMpp(name, challenge, payload, source) {
  const made = Challenge.from({ secretKey: 'a test key', realm: 'news.example', expires: new Date((NOW + 300) * 1000).toISOString(), ...challenge });
  const value = Credential.serialize(Credential.from({ challenge: made, payload, source }));
  const decoded = JSON.parse(Buffer.from(value.slice('Payment '.length), 'base64url').toString('utf8'));
  process.stdout.write(`${JSON.stringify({ name, now: NOW, header: 'Authorization', prefix: 'Payment ', form: 'url', value, decoded })}\n`);
}
const did = `did:pkh:eip155:84532:${account.address}`;
mintMpp('mpp', {
  method: 'evm', intent: 'charge',
  request: { amount: '10000', currency: SEPOLIA.asset, recipient: PAYEE, methodDetails: { chainId: 84532 } },
}, { type: 'hash', hash: `0x${'04'.repeat(32)}` }, did);
mintMpp('mpp-session', {
  method: 'tempo', intent: 'session',
  request: { amount: '10000', currency: SEPOLIA.asset, recipient: PAYEE, methodDetails: { chainId: 84532 } },
}, { action: 'voucher', channelId: `0x${'05'.repeat(32)}`, cumulativeAmount: '10000', signature: `0x${'06'.repeat(65)}` }, did);
mintMpp('mpp-stripe', {
  method: 'stripe', intent: 'charge',
  request: { amount: '100', currency: 'usd', methodDetails: { networkId: 'profile_test' } },
}, { spt: 'spt_test' });

// MPP on EVM chains: an authorization by the official client; the draft's
// other payloads by viem, for that client makes none.
async function mintEvm(name, details, sign) {
  const challenge = Challenge.from({
    secretKey: 'a test key', realm: 'news.example', method: 'evm', intent: 'charge',
    expires: new Date((NOW + 300) * 1000).toISOString(),
    request: { amount: '10000', currency: SEPOLIA.asset, recipient: PAYEE, methodDetails: { chainId: 84532, ...details } },
  });
  const value = await sign(challenge);
  const decoded = JSON.parse(Buffer.from(value.slice('Payment '.length), 'base64url').toString('utf8'));
  process.stdout.write(`${JSON.stringify({ name, now: NOW, header: 'Authorization', prefix: 'Payment ', form: 'url', value, decoded })}\n`);
}
const PERMIT2 = '0x000000000022D473030F116dDEE9F6B43aC78BA3';
const SPENDER = '0x1111111111111111111111111111111111111111'; // the seller's own account
async function signPermit(challenge, amounts) {
  const challengeHash = keccak256(encodePacked(['string', 'string'], [challenge.id, challenge.realm]));
  const permitted = amounts.map((amount) => ({ token: SEPOLIA.asset, amount }));
  const batch = amounts.length > 1;
  const primaryType = batch ? 'PermitBatchWitnessTransferFrom' : 'PermitWitnessTransferFrom';
  const deadline = String(NOW + 300);
  const nonce = '1234567890123456789012345678901234567890';
  const signature = await account.signTypedData({
    domain: { name: 'Permit2', chainId: 84532, verifyingContract: PERMIT2 },
    primaryType,
    types: {
      TokenPermissions: [{ name: 'token', type: 'address' }, { name: 'amount', type: 'uint256' }],
      PaymentWitness: [{ name: 'challengeHash', type: 'bytes32' }],
      [primaryType]: [
        { name: 'permitted', type: batch ? 'TokenPermissions[]' : 'TokenPermissions' },
        { name: 'spender', type: 'address' }, { name: 'nonce', type: 'uint256' },
        { name: 'deadline', type: 'uint256' }, { name: 'witness', type: 'PaymentWitness' },
      ],
    },
    message: { permitted: batch ? permitted : permitted[0], spender: SPENDER, nonce: BigInt(nonce), deadline: BigInt(deadline), witness: { challengeHash } },
  });
  const payload = {
    type: 'permit2', permit: { permitted, nonce, deadline },
    transferDetails: amounts.map((amount, i) => ({ to: i ? SPENDER : PAYEE, requestedAmount: amount })),
    witness: { challengeHash }, signature,
  };
  return Credential.serialize(Credential.from({ challenge, payload, source: did }));
}
await mintEvm('mpp-authorization', { credentialTypes: ['authorization'] }, (challenge) => charge({
  account, authorization: { name: 'USDC', version: '2' },
}).createCredential({ challenge }));
await mintEvm('mpp-permit2', { credentialTypes: ['permit2'], spender: SPENDER }, (challenge) => signPermit(challenge, ['10000']));
await mintEvm('mpp-permit2-splits', {
  credentialTypes: ['permit2'], spender: SPENDER, splits: [{ recipient: SPENDER, amount: '1000' }],
}, (challenge) => signPermit(challenge, ['9000', '1000']));
await mintEvm('mpp-transaction', { credentialTypes: ['transaction'] }, async (challenge) => Credential.serialize(Credential.from({
  challenge, source: did,
  payload: {
    type: 'transaction',
    signature: await account.signTransaction({
      chainId: 84532, nonce: 7, gas: 60000n, maxFeePerGas: 2000000000n, maxPriorityFeePerGas: 1000000000n, to: SEPOLIA.asset,
      data: encodeFunctionData({ abi: erc20Abi, functionName: 'transfer', args: [PAYEE, 10000n] }),
    }),
  },
})));
