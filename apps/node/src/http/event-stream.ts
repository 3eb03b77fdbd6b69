export interface EventStreamOptions<Item> {
  /** One server-sent event, its empty line included. */
  readonly render: (item: Item) => string;
  /** Called when the stream has ended, however: end the source. */
  readonly onEnd: () => void;
  readonly heartbeatIntervalMs: number;
}

/** A comment: keeps proxies from closing the connection, and tells that a client is gone. */
const HEARTBEAT = new TextEncoder().encode(":\n\n");

/**
 * Server-sent events (HTML, section 9.2) made of `source`. An item is taken only when the client has room for it, so one
 * event is buffered at the most. The source starts at once; the stream ends with it.
 */
export const eventStream = <Item>(
  source: AsyncIterable<Item>,
  { render, onEnd, heartbeatIntervalMs }: EventStreamOptions<Item>,
): ReadableStream<Uint8Array> => {
  const encoder = new TextEncoder();
  const items = source[Symbol.asyncIterator]();
  let first: Promise<IteratorResult<Item>> | undefined = items.next();
  // It is awaited when the client reads; until then a failure is nobody's unhandled rejection.
  first.catch(() => undefined);
  let heartbeat: NodeJS.Timeout | undefined;
  const end = (): void => {
    clearInterval(heartbeat);
    onEnd();
  };

  return new ReadableStream<Uint8Array>({
    start(controller) {
      controller.enqueue(HEARTBEAT);
      heartbeat = setInterval(() => {
        if ((controller.desiredSize ?? 0) > 0) controller.enqueue(HEARTBEAT);
      }, heartbeatIntervalMs);
      heartbeat.unref();
    },
    async pull(controller) {
      try {
        const next = await (first ?? items.next());
        first = undefined;
        if (!next.done) return controller.enqueue(encoder.encode(render(next.value)));
        end();
        controller.close();
      } catch (error) {
        end();
        controller.error(error);
      }
    },
    cancel: end,
  });
};
