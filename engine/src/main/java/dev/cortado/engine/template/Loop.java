package dev.cortado.engine.template;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** One for statement being run: the object that a template sees as {@code loop}. */
final class Loop implements Callable {
    private final Statement.For statement;
    private final Scope outer;
    private final List<Object> items;
    private final int depth;
    private int index = -1;
    private @Nullable List<Object> lastSeen;

    Loop(Statement.For statement, Scope outer, List<Object> items, int depth) {
        this.statement = statement;
        this.outer = outer;
        this.items = items;
        this.depth = depth;
    }

    boolean advance() {
        return ++index < items.size();
    }

    Object current() {
        return items.get(index);
    }

    int position() {
        return index + 1;
    }

    int length() {
        return items.size();
    }

    List<Object> remaining() {
        throw TemplateException.type("iterating over loop is not supported");
    }

    @Nullable Object attribute(String name) {
        int n = items.size();
        return switch (name) {
            case "index" -> index + 1L;
            case "index0" -> (long) index;
            case "revindex" -> (long) n - index;
            case "revindex0" -> n - index - 1L;
            case "first" -> index == 0;
            case "last" -> index == n - 1;
            case "length" -> (long) n;
            case "depth" -> depth + 1L;
            case "depth0" -> (long) depth;
            case "previtem" -> index > 0 ? items.get(index - 1) : new Undefined("there is no previous item");
            case "nextitem" -> index + 1 < n ? items.get(index + 1) : new Undefined("there is no next item");
            case "cycle" -> new Cycle(this);
            case "changed" -> new Changed(this);
            default -> null;
        };
    }

    private record Cycle(Loop loop) implements Callable {
        @Override
        public Object call(Render render, Arguments arguments) {
            List<Object> values = arguments.positional();
            if (values.isEmpty()) throw TemplateException.type("no items for cycling given");
            return values.get(loop.index % values.size());
        }
    }

    private record Changed(Loop loop) implements Callable {
        @Override
        public Object call(Render render, Arguments arguments) {
            List<Object> last = loop.lastSeen;
            loop.lastSeen = arguments.positional();
            return last == null || !Types.equal(render.budget, last, arguments.positional());
        }
    }

    @Override
    public Object call(Render render, Arguments arguments) {
        if (!statement.recursive()) {
            throw TemplateException.type("The loop must have the 'recursive' marker to be called recursively.");
        }
        Object nested = arguments.bind("loop", "iterable").required(0);
        return render.capture(new Statement.Nested(statement, Types.iterate(nested), depth + 1), outer);
    }
}
