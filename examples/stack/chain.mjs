// SPDX-License-Identifier: Apache-2.0
// A chain of one's own: anvil with Base Sepolia's id, and a stablecoin where
// clients look for USDC there. Its accounts and keys are anvil's published
// test accounts: they hold nothing of value anywhere.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import {
  createTestClient, encodeAbiParameters, http, keccak256, parseAbi,
  publicActions, toHex, walletActions,
} from 'viem';
import { mnemonicToAccount } from 'viem/accounts';
import { baseSepolia } from 'viem/chains';

const require = createRequire(import.meta.url);
const here = path.dirname(fileURLToPath(import.meta.url));

export const USDC = '0x036CbD53842c5426634e7929541eC2318f3dCF7e';
const MULTICALL = '0xcA11bde05977b3631167028862bE2a173976CA11';
const MNEMONIC = 'test test test test test test test test test test test junk';
export const NETWORK = 'eip155:84532';

// What anvil's accounts do here. The third has no money.
const account = addressIndex => mnemonicToAccount(MNEMONIC, { addressIndex });
export const accounts = {
  facilitator: account(0), payer: account(1), poor: account(2),
  seller: account(3), rival: account(4),
};

function compile() {
  const solc = require('solc');
  const out = JSON.parse(solc.compile(JSON.stringify({
    language: 'Solidity',
    sources: { 'token.sol': {
      content: readFileSync(path.join(here, 'token.sol'), 'utf8') } },
    settings: { optimizer: { enabled: true },
      outputSelection: { '*': { '*': ['evm.deployedBytecode.object'] } } },
  })));
  const errors = (out.errors ?? []).filter(e => e.severity === 'error');
  if (errors.length) {
    throw new Error(errors.map(e => e.formattedMessage).join('\n'));
  }
  const code = name =>
    `0x${out.contracts['token.sol'][name].evm.deployedBytecode.object}`;
  return { token: code('Token'), multicall: code('Multicall') };
}

function anvil(port) {
  const binary = path.join(path.dirname(require.resolve(
    '@foundry-rs/anvil-linux-amd64/package.json')), 'bin', 'anvil');
  const child = spawn(binary, ['--port', String(port), '--chain-id', '84532',
    '--host', '127.0.0.1'], { stdio: ['ignore', 'pipe', 'inherit'] });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', code => reject(new Error(`anvil ended: ${code}`)));
    createInterface({ input: child.stdout }).on('line', line => {
      const found = /Listening on ([\d.]+:\d+)/.exec(line);
      if (found) {
        resolve({ child, url: `http://${found[1]}` });
      }
    });
  });
}

export function client(url, account = accounts.facilitator) {
  return createTestClient({ account, chain: baseSepolia, mode: 'anvil',
    transport: http(url), pollingInterval: 50 })
    .extend(publicActions).extend(walletActions);
}

const TOKEN = parseAbi(['function balanceOf(address) view returns (uint256)']);

export const balance = (chain, address) => chain.readContract(
  { address: USDC, abi: TOKEN, functionName: 'balanceOf', args: [address] });

export function setBalance(chain, address, amount) {
  return chain.setStorageAt({ address: USDC, value: toHex(amount, { size: 32 }),
    index: keccak256(encodeAbiParameters(
      [{ type: 'address' }, { type: 'uint256' }], [address, 0n])) });
}

// port 0: a free one. Ends with stop().
export async function startChain(port = 0) {
  const { token, multicall } = compile();
  const { child, url } = await anvil(port);
  const chain = client(url);
  await chain.setCode({ address: USDC, bytecode: token });
  await chain.setCode({ address: MULTICALL, bytecode: multicall });
  await setBalance(chain, accounts.payer.address, 1_000_000_000n);
  await setBalance(chain, accounts.rival.address, 1_000_000_000n);
  await chain.mine({ blocks: 1 }); // before it, eth_call lives in 1970
  return { chain, url, stop: () => {
    child.kill();
    return once(child, 'exit');
  } };
}
