import type { ComponentChildren } from "preact";

export interface SectionProps {
  readonly title: string;
  /** What the heading alone does not say. */
  readonly note?: string;
  /** A button that is about all of it. */
  readonly action?: ComponentChildren;
  readonly children: ComponentChildren;
}

/** A part of the page under its heading, which a screen reader can jump to. */
export const Section = ({ title, note, action, children }: SectionProps) => {
  const id = `section-${title.toLowerCase().replaceAll(" ", "-")}`;
  return (
    <section class="section" aria-labelledby={id}>
      <div class="heading">
        <h2 id={id}>{title}</h2>
        {note !== undefined && <p>{note}</p>}
        {action}
      </div>
      {children}
    </section>
  );
};
