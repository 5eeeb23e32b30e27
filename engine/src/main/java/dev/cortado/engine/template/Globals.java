package dev.cortado.engine.template;

import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The functions that every template has. */
enum Globals implements Callable {
    NAMESPACE {
        @Override
        public Object call(Render render, Arguments arguments) {
            Namespace namespace = new Namespace();
            for (Dict.Entry e : dict("namespace", arguments).entries()) {
                namespace.attributes.put(Types.string(e.key(), "attribute name").chars, e.value());
            }
            return namespace;
        }
    },
    DICT {
        @Override
        public Object call(Render render, Arguments arguments) {
            return dict("dict", arguments);
        }
    },
    RANGE {
        @Override
        public Object call(Render render, Arguments arguments) {
            List<Object> bounds = arguments.positional();
            int n = bounds.size();
            if (n == 0 || n > 3 || !arguments.named().isEmpty()) {
                throw TemplateException.type("range expected from 1 to 3 arguments, got " + n);
            }
            long from = n > 1 ? Types.index(bounds.get(0)) : 0;
            long to = Types.index(bounds.get(n > 1 ? 1 : 0));
            long step = n > 2 ? Types.index(bounds.get(2)) : 1;
            if (step == 0) throw TemplateException.value("range() arg 3 must not be zero");
            if (((double) to - from) / step > MAX_RANGE) {
                throw new TemplateException(
                        "OverflowError",
                        "Range too big. The sandbox blocks ranges larger than MAX_RANGE (" + MAX_RANGE + ").");
            }
            List<Object> numbers = new ArrayList<>();
            for (long i = from; step > 0 ? i < to : i > to; i += step) numbers.add(i);
            render.budget.allocate(8L * numbers.size());
            return new View("range", numbers);
        }
    },
    RAISE_EXCEPTION {
        @Override
        public Object call(Render render, Arguments arguments) {
            throw new TemplateException(
                    "TemplateError",
                    Repr.str(arguments.bind("raise_exception", "message").required(0)).chars);
        }
    },
    STRFTIME_NOW {
        @Override
        public Object call(Render render, Arguments arguments) {
            Text format = arguments.bind("strftime_now", "format").string(0);
            return format.derive(Strftime.format(LocalDateTime.now(render.options.clock()), format.chars));
        }
    },
    JOINER {
        @Override
        public Object call(Render render, Arguments arguments) {
            return new Joiner(arguments.bind("joiner", "sep").text(0, ", "));
        }
    },
    CYCLER {
        @Override
        public Object call(Render render, Arguments arguments) {
            if (arguments.positional().isEmpty()) {
                throw new TemplateException("RuntimeError", "at least one item has to be provided");
            }
            return new Cycler(arguments.positional());
        }
    };

    /** jinja2.sandbox.MAX_RANGE */
    private static final int MAX_RANGE = 100_000;

    static @Nullable Callable find(String name) {
        return switch (name) {
            case "namespace" -> NAMESPACE;
            case "dict" -> DICT;
            case "range" -> RANGE;
            case "raise_exception" -> RAISE_EXCEPTION;
            case "strftime_now" -> STRFTIME_NOW;
            case "joiner" -> JOINER;
            case "cycler" -> CYCLER;
            default -> null;
        };
    }

    /** dict(mapping or pairs, **named) */
    private static Dict dict(String function, Arguments arguments) {
        Dict dict = new Dict();
        if (arguments.positional().size() > 1) {
            throw TemplateException.type(function + " expected at most 1 argument, got "
                    + arguments.positional().size());
        }
        for (Object source : arguments.positional()) {
            if (source instanceof Dict d) {
                dict.putAll(d);
                continue;
            }
            for (Object pair : Types.iterate(source)) {
                List<Object> entry = Types.iterate(pair);
                if (entry.size() != 2) {
                    throw TemplateException.value("dictionary update sequence element has length " + entry.size()
                            + "; 2 is required");
                }
                dict.put(entry.get(0), entry.get(1));
            }
        }
        for (Map.Entry<String, Object> e : arguments.named().entrySet()) {
            dict.put(Text.literal(e.getKey()), e.getValue());
        }
        return dict;
    }

    /** Nothing at its first call, then the separator. */
    static final class Joiner implements Callable {
        private final Text separator;
        private boolean used;

        Joiner(Text separator) {
            this.separator = separator;
        }

        @Override
        public Object call(Render render, Arguments arguments) {
            boolean first = !used;
            used = true;
            return first ? Text.EMPTY : separator;
        }
    }

    /** Walks through values in a circle. */
    static final class Cycler {
        private final List<Object> items;
        private int position;

        Cycler(List<Object> items) {
            this.items = items;
        }

        @Nullable Object attribute(String name) {
            return switch (name) {
                case "current" -> items.get(position);
                case "next", "reset" -> new Turn(this, name.equals("next"));
                default -> null;
            };
        }

        private record Turn(Cycler cycler, boolean forward) implements Callable {
            @Override
            public Object call(Render render, Arguments arguments) {
                Object current = cycler.items.get(cycler.position);
                cycler.position = forward ? (cycler.position + 1) % cycler.items.size() : 0;
                return forward ? current : None.NONE;
            }
        }
    }
}
