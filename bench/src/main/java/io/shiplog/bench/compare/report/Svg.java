// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.bench.compare.report;

import java.util.Locale;

/** Drawing of plots as SVG. Text and axes take a colour that fits the reader's scheme, light or dark; what stands behind is not painted. */
final class Svg {
    private final StringBuilder out = new StringBuilder();

    Svg(int width, int height, String title) {
        add(
                "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" width=\"%d\" height=\"%d\" role=\"img\">",
                width, height, width, height);
        add("<title>%s</title>", escape(title));
        add("<style>text{font:12px sans-serif;fill:#333}.head{font-size:14px;font-weight:bold}"
                + ".axis{stroke:#777;stroke-width:1}.grid{stroke:#999;stroke-opacity:.3;stroke-width:1}"
                + "@media(prefers-color-scheme:dark){text{fill:#ddd}.axis{stroke:#999}}</style>");
        add("<text class=\"head\" x=\"16\" y=\"22\">%s</text>", escape(title));
    }

    void line(String style, double x1, double y1, double x2, double y2) {
        add("<line class=\"%s\" x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\"/>", style, x1, y1, x2, y2);
    }

    /** The anchor is start, middle or end. */
    void text(double x, double y, String anchor, String text) {
        add("<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\">%s</text>", x, y, anchor, escape(text));
    }

    void bar(double x, double y, double wide, double high, String colour) {
        add(
                "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" fill=\"%s\"/>",
                x, y, Math.max(1, wide), high, colour);
    }

    /** Points as SVG has them: x,y pairs with spaces between. */
    void curve(String points, String colour) {
        add("<polyline points=\"%s\" fill=\"none\" stroke=\"%s\" stroke-width=\"2\"/>", points, colour);
    }

    private void add(String format, Object... values) {
        out.append(values.length == 0 ? format : String.format(Locale.ROOT, format, values))
                .append('\n');
    }

    private static String escape(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;");
    }

    String finish() {
        return out + "</svg>\n";
    }
}
