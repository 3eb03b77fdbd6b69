/** So long may a feed go on after its token was revoked or expired. */
const LOOK_AGAIN_MS = 2_000;

/** The same answer, whose body ends once `isValid` says no, or fails. */
export const endWhenRevoked = (response: Response, isValid: () => Promise<boolean>): Response => {
  if (response.body === null) return response;
  const revoked = new AbortController();
  const timer = setInterval(() => {
    isValid().then(
      (valid) => valid || revoked.abort(),
      () => revoked.abort(),
    );
  }, LOOK_AGAIN_MS).unref();
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
  void response.body
    .pipeTo(writable, { signal: revoked.signal, preventAbort: true })
    .catch((error: unknown) => (revoked.signal.aborted ? writable.close() : writable.abort(error)))
    .catch(() => {})
    .finally(() => clearInterval(timer));
  return new Response(readable, response);
};
