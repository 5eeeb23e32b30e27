package dev.cortado.cli.conformance;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Figures and the first mistake of a golden while it is checked. */
final class Findings {
    private final Figures figures = new Figures();
    private @Nullable String mistake;
    private boolean compared;

    Figures figures() {
        return figures;
    }

    /** Something was compared; it was right, or {@code what} says what was wrong. */
    void expect(boolean right, String what, Object... arguments) {
        compared = true;
        if (!right && mistake == null) {
            mistake = String.format(Locale.ROOT, what, arguments);
        }
    }

    /** A comparison that counts its mistakes as a figure. */
    void count(String figure, boolean right, String what, Object... arguments) {
        figures.count(figure, right ? 0 : 1);
        expect(right, what, arguments);
    }

    Outcome outcome() {
        if (!compared) {
            return Outcome.unsupported("it holds no result that could be compared");
        }
        return mistake == null ? new Outcome(Verdict.PASS, figures, "") : new Outcome(Verdict.FAIL, figures, mistake);
    }
}
