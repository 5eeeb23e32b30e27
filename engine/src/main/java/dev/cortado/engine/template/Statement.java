package dev.cortado.engine.template;

import java.util.ArrayList;
import java.util.List;

/** A statement; each kind knows its own meaning. */
sealed interface Statement {
    void execute(Scope scope);

    /** Statements in a row, each with its line so that errors can tell it. */
    record Block(List<Statement> statements, List<Integer> lines) implements Statement {
        @Override
        public void execute(Scope scope) {
            for (int i = 0; i < statements.size(); i++) {
                try {
                    scope.budget().step();
                    statements.get(i).execute(scope);
                } catch (TemplateException e) {
                    throw e.at(lines.get(i));
                }
                if (scope.render.signal != Render.Signal.NONE) return;
            }
        }
    }

    record Words(Text text) implements Statement {
        @Override
        public void execute(Scope scope) {
            scope.render.write(text);
        }
    }

    record Print(Expression value) implements Statement {
        @Override
        public void execute(Scope scope) {
            scope.render.write(Repr.str(value.evaluate(scope)));
        }
    }

    /** {@code if}, {@code elif}, {@code else}; the last body stands without a test. */
    record If(List<Expression> tests, List<Statement> bodies) implements Statement {
        @Override
        public void execute(Scope scope) {
            for (int i = 0; i < bodies.size(); i++) {
                if (i < tests.size() && !Types.truth(tests.get(i).evaluate(scope))) continue;
                bodies.get(i).execute(scope);
                return;
            }
        }
    }

    record For(
            Target target, Expression items, Expression test, boolean recursive, Statement body, Statement otherwise)
            implements Statement {
        @Override
        public void execute(Scope scope) {
            run(scope, Types.iterate(items.evaluate(scope)), 0);
        }

        void run(Scope outer, List<Object> candidates, int depth) {
            Budget budget = outer.budget();
            List<Object> kept = candidates;
            if (!(test instanceof Expression.Constant)) {
                kept = new ArrayList<>();
                for (Object item : candidates) {
                    budget.step();
                    Scope scope = new Scope(outer);
                    target.assign(scope, item);
                    if (Types.truth(test.evaluate(scope))) kept.add(item);
                }
            }
            if (kept.isEmpty()) {
                otherwise.execute(new Scope(outer));
                return;
            }
            Loop loop = new Loop(this, outer, kept, depth);
            budget.enter();
            while (loop.advance()) {
                budget.step();
                Scope scope = new Scope(outer);
                scope.set("loop", loop);
                target.assign(scope, loop.current());
                body.execute(scope);
                Render.Signal signal = outer.render.signal;
                outer.render.signal = Render.Signal.NONE;
                if (signal == Render.Signal.BREAK) break;
            }
            budget.leave();
        }
    }

    /** The body of a recursive loop called through {@code loop(items)}. */
    record Nested(For loop, List<Object> items, int depth) implements Statement {
        @Override
        public void execute(Scope scope) {
            loop.run(scope, items, depth);
        }
    }

    record Set(Target target, Expression value) implements Statement {
        @Override
        public void execute(Scope scope) {
            target.assign(scope, value.evaluate(scope));
        }
    }

    /** {@code {% set x %}...{% endset %}}; the filter chain reads its input from the variable {@link #INPUT}. */
    record SetBlock(Target target, Expression filters, Statement body) implements Statement {
        @Override
        public void execute(Scope scope) {
            target.assign(scope, filtered(scope, filters, body));
        }
    }

    record FilterBlock(Expression filters, Statement body) implements Statement {
        @Override
        public void execute(Scope scope) {
            scope.render.write(Repr.str(filtered(scope, filters, body)));
        }
    }

    /** A name that no template can write. */
    String INPUT = "|";

    private static Object filtered(Scope scope, Expression filters, Statement body) {
        Text input = scope.render.capture(body, new Scope(scope));
        Scope inner = new Scope(scope);
        inner.set(INPUT, input);
        return filters.evaluate(inner);
    }

    record With(List<Target> targets, List<Expression> values, Statement body) implements Statement {
        @Override
        public void execute(Scope scope) {
            Scope inner = new Scope(scope);
            for (int i = 0; i < targets.size(); i++) targets.get(i).assign(inner, values.get(i).evaluate(scope));
            body.execute(inner);
        }
    }

    /** A body with variables of its own, such as {@code {% generation %}}. */
    record Scoped(Statement body) implements Statement {
        @Override
        public void execute(Scope scope) {
            body.execute(new Scope(scope));
        }
    }

    record DefineMacro(Macro.Definition definition) implements Statement {
        @Override
        public void execute(Scope scope) {
            scope.set(definition.name(), new Macro(definition, scope));
        }
    }

    /** {@code {% call(parameters) f(arguments) %}body{% endcall %}}: f gets the body as the function caller. */
    record CallBlock(Macro.Definition caller, Expression.Call call) implements Statement {
        @Override
        public void execute(Scope scope) {
            scope.render.write(Repr.str(call.evaluate(scope, new Macro(caller, scope))));
        }
    }

    /** {@code break} or {@code continue} */
    record Leave(Render.Signal signal) implements Statement {
        @Override
        public void execute(Scope scope) {
            scope.render.signal = signal;
        }
    }
}
