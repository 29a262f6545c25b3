// SPDX-License-Identifier: Apache-2.0
// Pays for a page: node pay.mjs URL
import { Agent } from './agent.mjs';
import { accounts } from './chain.mjs';

const answer = await new Agent(accounts.payer).pay(process.argv[2]);
const settled = answer.headers.get('PAYMENT-RESPONSE');
console.log(answer.status,
  settled ? Buffer.from(settled, 'base64').toString() : '');
console.log(await answer.text());
process.exit(answer.ok ? 0 : 1);
