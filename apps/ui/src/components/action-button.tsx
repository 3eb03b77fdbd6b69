import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { Dialog } from "./dialog.js";

export interface ActionButtonProps {
  /** What the button says. */
  readonly label: string;
  /** What it means beside it, for who hears it without its row. */
  readonly about?: string;
  readonly title: string;
  readonly command: string;
  /** The words of the button that does it. */
  readonly action: string;
  /** Does it; resolves with what came of it, line by line. Without a line the page itself shows it, and the question goes. */
  readonly run: () => Promise<readonly string[]>;
  readonly onOpen?: () => void;
  readonly onDone: () => void;
  readonly children: ComponentChildren;
}

/** A button that asks before it does something, shows the command that does the same, and tells what came of it. */
export const ActionButton = (props: ActionButtonProps) => {
  const { label, about, title, command, action, run, onOpen, onDone, children } = props;
  const [isOpen, setOpen] = useState(false);
  const [told, setTold] = useState<readonly string[] | undefined>();
  const open = (): void => {
    setTold(undefined);
    setOpen(true);
    onOpen?.();
  };
  const perform = async (): Promise<void> => {
    setTold(["…"]);
    const lines = await run().catch((error: Error) => [`Failed: ${error.message}`]);
    setTold(lines);
    if (lines.length === 0) setOpen(false);
    onDone();
  };
  return (
    <>
      <button type="button" onClick={open}>
        {label}
        {about !== undefined && <span class="unseen"> {about}</span>}
      </button>
      {isOpen && (
        <Dialog
          title={title}
          command={command}
          action={told === undefined ? action : undefined}
          onAction={() => void perform()}
          onClose={() => setOpen(false)}
        >
          {told === undefined && children}
          <div role="status">
            {told?.map((line) => (
              <p key={line}>{line}</p>
            ))}
          </div>
        </Dialog>
      )}
    </>
  );
};
