import type { StatusAnswer } from "../answers/index.js";
import { BOX, layoutTopology, type TopologyLink, type TopologyNode } from "../model/topology.js";
import { Section } from "./section.js";

/** Who this node pulls from and supplies. What it shows stands in the table of partners as text. */
export const TopologyGraph = ({ status }: { readonly status: StatusAnswer }) => {
  const { width, height, nodes, links, summary } = layoutTopology(status);
  return (
    <Section title="Topology">
      <svg
        class="topology"
        viewBox={`0 0 ${width} ${height}`}
        role="img"
        aria-label={`This node and its partners. ${summary}`}
      >
        <defs>
          <marker
            id="arrow"
            viewBox="0 0 8 8"
            refX="6"
            refY="4"
            markerWidth="7"
            markerHeight="7"
            orient="auto-start-reverse"
          >
            <path d="M 0 0.5 L 7 4 L 0 7.5 z" />
          </marker>
        </defs>
        {links.map((link) => (
          <Link key={link.id} link={link} />
        ))}
        {nodes.map((node) => (
          <Box key={node.id} node={node} />
        ))}
      </svg>
    </Section>
  );
};

const Link = ({ link: { path, tone, connected, pulls, supplies } }: { readonly link: TopologyLink }) => (
  <path
    class={`link ${tone} ${connected ? "" : "cut"}`}
    d={path}
    {...(pulls && { "marker-start": "url(#arrow)" })}
    {...(supplies && { "marker-end": "url(#arrow)" })}
  />
);

const Box = ({ node: { label, isSelf, tone, x, y } }: { readonly node: TopologyNode }) => (
  <g class={`box ${tone} ${isSelf ? "self" : ""}`}>
    <rect x={x - BOX.width / 2} y={y - BOX.height / 2} width={BOX.width} height={BOX.height} rx="6" />
    <text x={x} y={y}>
      {shortened(label.replace("repl://", ""))}
    </text>
    <title>{label}</title>
  </g>
);

const LABEL_MAX = 28;

const shortened = (label: string): string => (label.length <= LABEL_MAX ? label : `${label.slice(0, LABEL_MAX - 1)}…`);
