import type { ComponentChildren } from "preact";
import { useEffect, useId, useRef } from "preact/hooks";
import { CommandLine } from "./command-line.js";

export interface DialogProps {
  readonly title: string;
  /** What does the same on the command line. */
  readonly command: string;
  /** The button's words; left out when there is nothing to do any more. */
  readonly action?: string | undefined;
  /** Something is lost by it. */
  readonly isDangerous?: boolean;
  readonly onAction: () => void;
  readonly onClose: () => void;
  readonly children: ComponentChildren;
}

/** A question before something is done. Escape and the first button leave everything as it is. */
export const Dialog = ({ title, command, action, isDangerous, onAction, onClose, children }: DialogProps) => {
  const element = useRef<HTMLDialogElement>(null);
  const id = useId();
  useEffect(() => {
    const dialog = element.current;
    const focused = document.activeElement;
    dialog?.showModal();
    return () => {
      dialog?.close();
      if (focused instanceof HTMLElement) focused.focus();
    };
  }, []);
  return (
    <dialog
      ref={element}
      aria-labelledby={id}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
    >
      <h2 id={id}>{title}</h2>
      {children}
      <p class="twin">On the command line:</p>
      <CommandLine command={command} />
      <div class="buttons">
        <button type="button" onClick={onClose}>
          {action === undefined ? "Close" : "Cancel"}
        </button>
        {action !== undefined && (
          <button type="button" class={isDangerous ? "dangerous" : "primary"} onClick={onAction}>
            {action}
          </button>
        )}
      </div>
    </dialog>
  );
};
