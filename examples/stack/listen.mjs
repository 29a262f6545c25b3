// SPDX-License-Identifier: Apache-2.0
// An app on loopback; port 0: a free one.
export function listen(app, port = 0) {
  return new Promise((resolve, reject) => {
    const server = app.listen(port, '127.0.0.1', error => {
      if (error) {
        reject(error);
        return;
      }
      resolve({ url: `http://127.0.0.1:${server.address().port}`,
        port: server.address().port,
        stop: () => {
          server.close();
          server.closeAllConnections();
        } });
    });
  });
}
