package dev.cortado.engine.template;

import dev.cortado.engine.template.ExpressionParser.Dialect;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Builds the statement tree of a template. */
final class Parser {
    private static final int MAX_DEPTH = 200;
    private static final Expression INPUT = new Expression.Name(Statement.INPUT);

    private final List<Piece> pieces;
    private final TemplateOptions options;
    private final Dialect dialect;
    private int position;
    private int depth;
    private int loops;

    private Parser(List<Piece> pieces, TemplateOptions options) {
        this.pieces = pieces;
        this.options = options;
        this.dialect = new Dialect(options);
    }

    static Statement parse(String source, TemplateOptions options) {
        Parser parser = new Parser(Scanner.scan(source), options);
        return parser.body(0);
    }

    /** Statements up to one of the tags that end this body; that tag is left for the caller. */
    private Statement body(int openedAt, String... stops) {
        if (++depth > MAX_DEPTH) {
            throw TemplateException.syntax("template nested too deeply", openedAt);
        }
        List<Statement> statements = new ArrayList<>();
        List<Integer> lines = new ArrayList<>();
        Set<String> ends = Set.of(stops);
        while (position < pieces.size()) {
            Piece piece = pieces.get(position);
            if (piece instanceof Piece.Tag tag && ends.contains(tag.name())) {
                depth--;
                return new Statement.Block(statements, lines);
            }
            position++;
            lines.add(piece.line());
            if (piece instanceof Piece.Words words) {
                statements.add(new Statement.Words(Text.literal(words.text())));
            } else if (piece instanceof Piece.Print print) {
                statements.add(new Statement.Print(expressions(print.tokens(), print.line()).whole()));
            } else if (piece instanceof Piece.Tag tag) {
                statements.add(statement(tag, stops));
            }
        }
        if (stops.length > 0) {
            throw TemplateException.syntax(
                    "Unexpected end of template. " + looking(stops) + " The innermost block that needs to be closed is '"
                            + stops[stops.length - 1].substring(3) + "'.",
                    openedAt);
        }
        depth--;
        return new Statement.Block(statements, lines);
    }

    private ExpressionParser expressions(List<Token> tokens, int line) {
        return new ExpressionParser(new TokenStream(tokens, line), dialect);
    }

    private static String looking(String... stops) {
        return "Jinja was looking for the following tags: '" + String.join("' or '", stops) + "'.";
    }

    private Piece.Tag end() {
        Piece.Tag tag = (Piece.Tag) pieces.get(position++);
        if (tag.name().startsWith("end") || tag.name().equals("else")) {
            new TokenStream(tag.tokens(), tag.line()).expectEnd();
        }
        return tag;
    }

    private Statement bodyUpTo(Piece.Tag opening, String end) {
        Statement body = body(opening.line(), end);
        end();
        return body;
    }

    private Statement statement(Piece.Tag tag, String... stops) {
        TokenStream in = new TokenStream(tag.tokens(), tag.line());
        ExpressionParser expressions = new ExpressionParser(in, dialect);
        switch (tag.name()) {
            case "if":
                dialect.conditional++;
                Statement branch = branch(tag, expressions);
                dialect.conditional--;
                return branch;
            case "for":
                return loop(tag, in, expressions);
            case "set":
                return assignment(tag, in, expressions);
            case "macro": {
                String name = in.name();
                return new Statement.DefineMacro(macro(tag, name, "endmacro", in, expressions));
            }
            case "call":
                return callBlock(tag, in, expressions);
            case "filter": {
                Expression filters = expressions.filtered(expressions.filter(INPUT));
                in.expectEnd();
                return new Statement.FilterBlock(filters, bodyUpTo(tag, "endfilter"));
            }
            case "with":
                return with(tag, in, expressions);
            case "break", "continue":
                if (!options.loopControls()) break;
                in.expectEnd();
                if (loops == 0) {
                    throw TemplateException.syntax("'" + tag.name() + "' outside loop", tag.line());
                }
                return new Statement.Leave(
                        tag.name().equals("break") ? Render.Signal.BREAK : Render.Signal.CONTINUE);
            case "generation":
                if (!options.generationTag()) break;
                in.expectEnd();
                return new Statement.Scoped(bodyUpTo(tag, "endgeneration"));
            default:
                break;
        }
        String tail = stops.length == 0
                ? ""
                : " " + looking(stops) + " The innermost block that needs to be closed is '"
                        + stops[stops.length - 1].substring(3) + "'.";
        throw TemplateException.syntax("Encountered unknown tag '" + tag.name() + "'." + tail, tag.line());
    }

    private Statement branch(Piece.Tag tag, ExpressionParser expressions) {
        List<Expression> tests = new ArrayList<>(List.of(expressions.tuple(false, false, "")));
        List<Statement> bodies = new ArrayList<>();
        expressions.expectEnd();
        while (true) {
            bodies.add(body(tag.line(), "elif", "else", "endif"));
            Piece.Tag next = end();
            switch (next.name()) {
                case "elif" -> {
                    ExpressionParser test = expressions(next.tokens(), next.line());
                    tests.add(test.tuple(false, false, ""));
                    test.expectEnd();
                }
                case "else" -> bodies.add(bodyUpTo(tag, "endif"));
                default -> {}
            }
            if (!next.name().equals("elif")) return new Statement.If(tests, bodies);
        }
    }

    private Statement loop(Piece.Tag tag, TokenStream in, ExpressionParser expressions) {
        Target target = target(in, "in");
        in.expect("in");
        Expression items = expressions.tuple(false, false, "recursive");
        Expression test = in.skip("if") ? expressions.expression() : new Expression.Constant(true);
        boolean recursive = in.skip("recursive");
        in.expectEnd();
        loops++;
        Statement body = body(tag.line(), "endfor", "else");
        loops--;
        boolean otherwise = end().name().equals("else");
        return new Statement.For(
                target,
                items,
                test,
                recursive,
                body,
                otherwise ? bodyUpTo(tag, "endfor") : new Statement.Block(List.of(), List.of()));
    }

    private Statement assignment(Piece.Tag tag, TokenStream in, ExpressionParser expressions) {
        Target target = target(in, "=");
        if (in.skip("=")) return new Statement.Set(target, expressions.whole());
        Expression filters = in.current().isOperator("|") ? expressions.filtered(INPUT) : INPUT;
        in.expectEnd();
        return new Statement.SetBlock(target, filters, bodyUpTo(tag, "endset"));
    }

    private Statement callBlock(Piece.Tag tag, TokenStream in, ExpressionParser expressions) {
        List<Macro.Parameter> parameters =
                in.current().isOperator("(") ? parameters(in, expressions) : List.of();
        if (!(expressions.expression() instanceof Expression.Call call)) throw in.error("expected call");
        in.expectEnd();
        return new Statement.CallBlock(definition(tag, "caller", parameters, "endcall"), call);
    }

    private Statement with(Piece.Tag tag, TokenStream in, ExpressionParser expressions) {
        List<Target> targets = new ArrayList<>();
        List<Expression> values = new ArrayList<>();
        while (!in.atEnd()) {
            if (!targets.isEmpty()) in.expect(",");
            targets.add(target(in, "="));
            in.expect("=");
            values.add(expressions.expression());
        }
        return new Statement.With(targets, values, bodyUpTo(tag, "endwith"));
    }

    private Macro.Definition macro(
            Piece.Tag tag, String name, String end, TokenStream in, ExpressionParser expressions) {
        List<Macro.Parameter> parameters = parameters(in, expressions);
        in.expectEnd();
        return definition(tag, name, parameters, end);
    }

    /** Parses the body; what it mentions, the macro around it mentions too. */
    private Macro.Definition definition(Piece.Tag tag, String name, List<Macro.Parameter> parameters, String end) {
        Set<String> outer = dialect.reads;
        int outerLoops = loops;
        dialect.reads = new HashSet<>();
        loops = 0;
        Statement body = bodyUpTo(tag, end);
        Macro.Definition definition = new Macro.Definition(name, parameters, body, dialect.reads);
        outer.addAll(dialect.reads);
        dialect.reads = outer;
        loops = outerLoops;
        return definition;
    }

    private static List<Macro.Parameter> parameters(TokenStream in, ExpressionParser expressions) {
        List<Macro.Parameter> parameters = new ArrayList<>();
        in.expect("(");
        while (!in.current().isOperator(")")) {
            if (!parameters.isEmpty()) in.expect(",");
            String name = in.name();
            @Nullable Expression otherwise = in.skip("=") ? expressions.expression() : null;
            if (otherwise == null && !parameters.isEmpty() && parameters.getLast().otherwise() != null) {
                throw in.error("non-default argument follows default argument");
            }
            parameters.add(new Macro.Parameter(name, otherwise));
        }
        in.expect(")");
        return parameters;
    }

    private static Target target(TokenStream in, String stop) {
        List<Target> parts = new ArrayList<>();
        boolean comma = false;
        while (!in.atEnd() && !in.current().is(stop) && !in.current().isOperator(")")) {
            if (in.skip("(")) {
                parts.add(target(in, ")"));
                in.expect(")");
            } else {
                String name = in.name();
                if (ExpressionParser.CONSTANTS.contains(name)) throw in.error("can't assign to 'const'");
                parts.add(in.skip(".") ? new Target.Attribute(name, in.name()) : new Target.Variable(name));
            }
            if (!in.skip(",")) break;
            comma = true;
        }
        if (parts.isEmpty()) throw in.error("Expected an expression, got '" + in.current().text() + "'");
        return comma ? new Target.Unpacking(parts) : parts.getFirst();
    }
}
