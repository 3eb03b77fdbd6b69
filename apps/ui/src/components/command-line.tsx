import { useState } from "preact/hooks";

/** A command to type, and a button that copies it. */
export const CommandLine = ({ command }: { readonly command: string }) => {
  const [copied, setCopied] = useState(false);
  const copy = async (): Promise<void> => {
    await navigator.clipboard.writeText(command);
    setCopied(true);
    setTimeout(() => setCopied(false), COPIED_SHOWN_MS);
  };
  const label = copied ? "Copied" : "Copy";
  return (
    <div class="command">
      <code>{command}</code>
      <button type="button" class="quiet" aria-label={`${label}: ${command}`} onClick={() => void copy()}>
        {label}
      </button>
    </div>
  );
};

const COPIED_SHOWN_MS = 1_500;
