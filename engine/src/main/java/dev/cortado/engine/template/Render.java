package dev.cortado.engine.template;

/** The state of one render: where output goes, what it has used, whether a loop is being left. */
final class Render {
    enum Signal {
        NONE,
        BREAK,
        CONTINUE
    }

    final TemplateOptions options;
    final Budget budget;
    Signal signal = Signal.NONE;
    private TextBuilder out = new TextBuilder();

    Render(TemplateOptions options) {
        this.options = options;
        this.budget = new Budget(options.limits());
    }

    void write(Text text) {
        budget.write(text.length());
        out.append(text);
    }

    Text output() {
        return out.text();
    }

    /** Runs a body and returns what it wrote instead of writing it. */
    Text capture(Statement body, Scope scope) {
        TextBuilder outer = out;
        out = new TextBuilder();
        try {
            body.execute(scope);
            budget.allocate(out.length());
            return out.text();
        } finally {
            out = outer;
        }
    }
}
