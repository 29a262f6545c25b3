// SPDX-License-Identifier: Apache-2.0
// Tells Weighbridge what became of a payment, from the hooks of @x402/core:
//
//   weighbridgeOutcomes({ url: 'http://127.0.0.1:8403/v1/outcomes',
//     token: process.env.GATE_TOKEN })(server);
//
// Nothing here holds up or fails a request: what could not be told is warned
// of, and the claim stays until it expires.
export function weighbridgeOutcomes({ url, token, warn = console.warn }) {
  const tell = async ({ transportContext }, outcome, reason, transaction) => {
    const decision = transportContext?.request?.adapter
      ?.getHeader('x-weighbridge-decision');
    if (!decision) {
      return; // it did not come through Weighbridge
    }
    try {
      const answer = await fetch(url, {
        method: 'POST', signal: AbortSignal.timeout(2000),
        headers: { authorization: `Bearer ${token}` },
        body: JSON.stringify({ decision, outcome, reason, transaction }),
      });
      if (!answer.ok) {
        throw new Error(`status ${answer.status}`);
      }
    } catch (error) {
      warn(`weighbridge: ${decision} ${outcome}: not told: ${error.message}`);
    }
  };
  return server => server
    .onAfterVerify(context => context.result.isValid ? undefined
      : tell(context, 'failed', context.result.invalidReason))
    .onAfterSettle(context =>
      tell(context, 'settled', undefined, context.result.transaction))
    .onSettleFailure(context => tell(context, 'failed',
      context.error.errorReason, context.error.transaction))
    .onVerifiedPaymentCanceled(context => context.settledPhases.length
      ? undefined : tell(context, 'released', context.reason));
}
