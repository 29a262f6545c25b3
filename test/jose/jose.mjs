// SPDX-License-Identifier: Apache-2.0
//
// Reads quotes of `weighbridge explain` with jose. Prints TAP.
//
//   node jose.mjs WEIGHBRIDGE
import { execFileSync } from 'node:child_process';
import {
  mkdtempSync, readFileSync, rmSync, statSync, writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  compactVerify, createLocalJWKSet, decodeProtectedHeader, exportJWK,
  generateKeyPair, importJWK, jwtVerify,
} from 'jose';

const program = process.argv[2];
const folder = mkdtempSync(join(tmpdir(), 'weighbridge-jose-'));
let tests = 0;
let failed = 0;

function say(good, name) {
  tests += 1;
  failed += good ? 0 : 1;
  console.log(`${good ? 'ok' : 'not ok'} ${tests} - ${name}`);
}

const keysFile = join(folder, 'quote.keys');
writeFileSync(join(folder, 'weighbridge.yaml'),
  'version: 1\npolicy: policy.yaml\n');
writeFileSync(join(folder, 'policy.yaml'), `version: 1
assets: { usdc: usdc@base-sepolia }
pay-to: "0x209693Bc6afc0C5328bA36FaF03C514EF312287C"
quotes: { ttl: 300s, keys: quote.keys }
routes:
  - id: all
    match: { path: /** }
    units: { query: n, most: 9 }
    price: 0.03 usdc
`);

// The headers that an ask would give to the gate.
function ask(target) {
  const out = execFileSync(program, ['explain', '--json', '-c',
    join(folder, 'weighbridge.yaml'), `http://news.example${target}`],
  { encoding: 'utf8' });
  return Object.fromEntries(JSON.parse(out).headers);
}

const set = () => JSON.parse(readFileSync(keysFile, 'utf8'));

try {
  const headers = ask('/a%22b?n=3');
  const token = headers['X-Price-Quote'];
  const [first] = set().keys;
  say((statSync(keysFile).mode & 0o777) === 0o600, 'the made key is private');
  say(headers['X-Price-Amount'] === '90000' && token.length <= 1024,
    'a price and its quote');
  const { payload, protectedHeader } = await compactVerify(token,
    await importJWK(first, 'HS256'));
  const told = JSON.parse(new TextDecoder().decode(payload));
  say(protectedHeader.alg === 'HS256' && protectedHeader.kid === first.kid,
    'jose takes the signature');
  say(told.iss === 'weighbridge' && told.host === 'news.example'
    && told.path === '/a%22b' && told.method === 'GET' && told.route === 'all'
    && told.units === 3 && told.amount === '90000'
    && told.network === 'eip155:84532' && told.exp - told.iat === 300
    && told.payTo === '0x209693Bc6afc0C5328bA36FaF03C514EF312287C',
  'and reads what was told');
  const forged = `${token.slice(0, -2)}${token.at(-2) === 'A' ? 'B' : 'A'}A`;
  say(await compactVerify(forged, await importJWK(first, 'HS256'))
    .then(() => false, () => true), 'but not one with another signature');

  const { privateKey } = await generateKeyPair('EdDSA',
    { crv: 'Ed25519', extractable: true });
  const pair = { ...await exportJWK(privateKey), kid: 'newer', alg: 'EdDSA' };
  writeFileSync(keysFile, JSON.stringify({ keys: [pair, first] }),
    { mode: 0o600 });
  const next = ask('/a')['X-Price-Quote'];
  say(decodeProtectedHeader(next).kid === 'newer'
    && decodeProtectedHeader(next).alg === 'EdDSA',
  "jose's own key signs once it stands first");
  const { d, ...open } = pair;
  say(await compactVerify(next, await importJWK(open, 'EdDSA'))
    .then(() => true, () => false), 'and its public half is enough to check');
  const jwt = await jwtVerify(next, createLocalJWKSet({ keys: [open] }),
    { issuer: 'weighbridge' }).catch((e) => e);
  say(jwt.payload?.amount === '270000', 'as a JWT of that set too');
} finally {
  rmSync(folder, { recursive: true });
}
console.log(`1..${tests}`);
process.exit(failed ? 1 : 0);
