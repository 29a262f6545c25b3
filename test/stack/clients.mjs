// SPDX-License-Identifier: Apache-2.0
// Who asks without a wallet: raw requests and a browser.
import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';

export const READER = {
  'User-Agent': 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 ' +
    'Firefox/140.0',
  Accept: 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8',
  'Accept-Language': 'en-US,en;q=0.5',
  'Accept-Encoding': 'gzip, deflate',
  'Upgrade-Insecure-Requests': '1',
};

// One request, written as it stands: [status, headers, body]. `lines` are
// header lines besides Host.
export function raw(url, lines) {
  const { host, port, pathname } = new URL(url);
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), '127.0.0.1');
    let text = '';
    socket.setTimeout(15000, () => socket.destroy(new Error('no answer')));
    socket.on('data', data => { text += data.toString('latin1'); });
    socket.on('error', reject);
    socket.on('end', () => {
      const [head, body] = text.split(/\r\n\r\n(.*)/s);
      const [first, ...headers] = head.split('\r\n');
      resolve({ status: Number(first.split(' ')[1]), body, headers });
    });
    socket.write([`GET ${pathname} HTTP/1.1`, `Host: ${host}`,
      ...lines, ...lines.some(line => /^connection:/i.test(line))
        ? [] : ['Connection: close'], '', ''].join('\r\n'));
  });
}

export const ask = (url, headers) =>
  raw(url, Object.entries(headers).map(([n, v]) => `${n}: ${v}`));

const CHROMIUM = '/usr/bin/chromium';

// The page's title, as headless Chromium shows it; null: there is none here.
export async function browse(url, userAgent) {
  if (!existsSync(CHROMIUM)) {
    return null;
  }
  const folder = mkdtempSync(path.join(tmpdir(), 'wb-chromium-'));
  const flags = ['--headless', '--no-sandbox', '--disable-gpu',
    '--disable-quic', '--no-first-run', '--disable-background-networking',
    '--disable-component-update', '--disable-sync',
    `--user-data-dir=${folder}`, '--dump-dom'];
  if (userAgent) {
    flags.push(`--user-agent=${userAgent}`);
  }
  const dom = await new Promise(resolve => {
    execFile(CHROMIUM, [...flags, url], { timeout: 30000 },
      (_, out) => resolve(out ?? ''));
  });
  rmSync(folder, { recursive: true, force: true });
  return dom;
}

// What Chromium calls itself when it is not headless.
export function chromiumName() {
  return new Promise(resolve => {
    execFile(CHROMIUM, ['--version'], (_, out) => {
      const major = /(\d+)\./.exec(out ?? '')?.[1] ?? '0';
      resolve('Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, ' +
        `like Gecko) Chrome/${major}.0.0.0 Safari/537.36`);
    });
  });
}
