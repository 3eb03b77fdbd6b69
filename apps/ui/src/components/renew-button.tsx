import type { Daemon } from "../daemon/daemon.js";
import { TWINS } from "../model/command-twin.js";
import { renewalLines } from "../model/renewal-text.js";
import { ActionButton } from "./action-button.js";

export interface RenewButtonProps {
  readonly daemon: Daemon;
  readonly suffix: string;
  readonly onDone: () => void;
}

/** Begins the renewal of this node's certificate. */
export const RenewButton = ({ daemon, suffix, onDone }: RenewButtonProps) => (
  <ActionButton
    label="Renew…"
    title="Renew this node's certificate?"
    command={TWINS.renew(suffix)}
    action="Renew"
    run={async () => renewalLines(await daemon.renewCertificate())}
    onDone={onDone}
  >
    <p>
      The node makes a new key and certificate, announces it to its partners, and goes over to it once they have it.
      Nothing is interrupted meanwhile.
    </p>
  </ActionButton>
);
