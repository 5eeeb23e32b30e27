package dev.cortado.engine.tokenizer;

import dev.cortado.gguf.Metadata;
import dev.cortado.gguf.TextArray;
import java.nio.charset.StandardCharsets;
import java.util.BitSet;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.Set;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The vocabulary in a file's {@code tokenizer.ggml.*} metadata, mended in the places where llama.cpp mends it. */
final class GgufVocabulary implements Vocabulary {
    static final String TOKENS = "tokenizer.ggml.tokens";
    static final String SCORES = "tokenizer.ggml.scores";
    static final String TYPES = "tokenizer.ggml.token_type";

    private static final Logger LOG = LoggerFactory.getLogger(GgufVocabulary.class);
    private static final String REPLACEMENT = "\uFFFD";
    private static final Pattern BYTE = Pattern.compile("<0x[0-9A-Fa-f]{2}>");

    /** Spellings that end a reply in any vocabulary. */
    private static final Set<String> ENDINGS = Set.of(
            "<|eot_id|>",
            "<|im_end|>",
            "<|end|>",
            "<|return|>",
            "<|call|>",
            "<|flush|>",
            "<|calls|>",
            "<end_of_turn>",
            "<|endoftext|>",
            "</s>",
            "<|eom_id|>",
            "<EOT>",
            "_<EOT>",
            "[EOT]",
            "[EOS]",
            "<|end_of_text|>",
            "<end_of_utterance>",
            "<eos>",
            "<turn|>",
            "<|tool_response>",
            "<｜end▁of▁sentence｜>",
            "[e~[");

    /** Parts of a reply in OpenAI's harmony format: they look like control tokens but are to be seen. */
    private static final List<String> HARMONY = List.of("<|channel|>", "<|message|>", "<|start|>", "<|constrain|>");

    private final ByteStrings table;
    private final float[] scores;
    /** Ids of types: as the file has them, and what became of them. */
    private final byte[] fileTypes;

    private final byte[] types;
    private final Map<Role, Integer> roles = new EnumMap<>(Role.class);

    private final BitSet endings = new BitSet();
    private final boolean addsBos;
    private final boolean addsEos;
    private final boolean addsSeparator;

    GgufVocabulary(Metadata metadata, Conventions conventions) {
        table = table(metadata);
        scores = scores(metadata, table.size());
        fileTypes = types(metadata);
        types = fileTypes.clone();
        for (Role role : Role.values()) {
            readRole(metadata, role, conventions.roles().getOrDefault(role, -1));
        }
        addsBos = adds(
                metadata, "tokenizer.ggml.add_bos_token", conventions.addsBos(), conventions.mustAddBos(), Role.BOS);
        addsEos = adds(metadata, "tokenizer.ggml.add_eos_token", conventions.addsEos(), false, Role.EOS);
        addsSeparator = adds(
                metadata, "tokenizer.ggml.add_sep_token", conventions.addsSeparator(), false, Role.SEPARATOR);
        for (Role role : Role.values()) {
            recognise(role);
        }
        findEndings();
    }

    private static ByteStrings table(Metadata metadata) {
        TextArray texts = metadata.texts(TOKENS)
                .orElseThrow(() -> metadata.fault(TOKENS, "not there, but a tokenizer needs its tokens"));
        if (texts.size() == 0) {
            throw metadata.fault(TOKENS, "an empty array found, at least one token expected");
        }
        ByteStrings table = new ByteStrings(texts.size());
        texts.forEach((text, from, to) -> {
            if (from < to) {
                add(metadata, table, text, from, to);
            } else {
                byte[] placeholder = Utf8.encode("[EMPTY_%d]".formatted(table.size()));
                add(metadata, table, placeholder, 0, placeholder.length);
            }
        });
        return table;
    }

    private static void add(Metadata metadata, ByteStrings table, byte[] text, int from, int to) {
        int id = table.size();
        int known = table.add(text, from, to);
        if (known == id) {
            return;
        }
        // what is not UTF-8 in the file has U+FFFD here, so different tokens may look alike
        if (!new String(text, from, to - from, StandardCharsets.UTF_8).contains(REPLACEMENT)) {
            throw metadata.fault(TOKENS, "tokens %d and %d are equal, different ones expected".formatted(known, id));
        }
        table.addHidden(text, from, to);
    }

    private static float[] scores(Metadata metadata, int size) {
        Object value = metadata.value(SCORES).orElse(null);
        float[] scores =
                switch (value) {
                    case null -> new float[size];
                    case float[] reals -> reals;
                    case long[] integers -> {
                        float[] reals = new float[integers.length];
                        for (int i = 0; i < reals.length; i++) {
                            reals[i] = integers[i];
                        }
                        yield reals;
                    }
                    default -> throw metadata.fault(SCORES, "no array of FLOAT32 or INT32, which was expected");
                };
        if (scores.length < size) {
            throw metadata.fault(SCORES, "%d scores found, one for each of %d tokens expected".formatted(scores.length, size));
        }
        for (int id = 0; id < size; id++) {
            if (Float.isNaN(scores[id])) {
                throw metadata.fault(SCORES, "NaN found for token %d, a number expected".formatted(id));
            }
        }
        return scores;
    }

    private byte[] types(Metadata metadata) {
        int[] numbers = metadata.integers(TYPES).orElse(null);
        if (numbers != null && numbers.length < size()) {
            throw metadata.fault(
                    TYPES, "%d types found, one for each of %d tokens expected".formatted(numbers.length, size()));
        }
        byte[] types = new byte[size()];
        for (int id = 0; id < types.length; id++) {
            TokenType type = numbers == null ? TokenType.NORMAL : TokenType.of(numbers[id]);
            if (type == TokenType.BYTE && !BYTE.matcher(text(id)).matches()) {
                throw metadata.fault(TOKENS, "token %d is a byte, so it should read like <0x0A>".formatted(id));
            }
            types[id] = (byte) type.id();
        }
        return types;
    }

    /** Ids outside of the vocabulary do occur, 4294967295 for "none" above all: the token is then what is usual. */
    private void readRole(Metadata metadata, Role role, int usual) {
        if (usual >= 0 && usual < size()) {
            roles.put(role, usual);
        }
        for (String key : role.keys()) {
            Object value = metadata.value(key).orElse(null);
            if (value == null) {
                continue;
            }
            if (!(value instanceof Long id)) {
                throw metadata.fault(key, "an integer expected");
            }
            if (id >= 0 && id < size()) {
                roles.put(role, id.intValue());
            } else {
                LOG.warn("{} is {}, the vocabulary has {} tokens: ignored", key, id, size());
            }
        }
    }

    private boolean adds(Metadata metadata, String key, boolean usual, boolean must, Role role) {
        boolean adds = metadata.bool(key, usual) || must;
        if (adds && !roles.containsKey(role)) {
            throw metadata.fault(
                    role.keys().getFirst(), "names no token, but %s asks to add it to every text".formatted(key));
        }
        return adds;
    }

    private void recognise(Role role) {
        if (roles.containsKey(role)) {
            return;
        }
        for (String spelling : role.spellings()) {
            int id = id(spelling);
            if (id >= 0) {
                roles.put(role, id);
                become(id, TokenType.CONTROL);
                return;
            }
        }
    }

    private void findEndings() {
        for (String ending : ENDINGS) {
            int id = id(ending);
            if (id >= 0) {
                endings.set(id);
                become(id, TokenType.CONTROL);
            }
        }
        for (String part : HARMONY) {
            int id = id(part);
            if (id >= 0) {
                become(id, TokenType.USER_DEFINED);
            }
        }
        for (Role role : List.of(
                Role.FIM_PADDING, Role.FIM_REPOSITORY, Role.FIM_FILE, Role.EOS, Role.EOT, Role.EOM)) {
            token(role).ifPresent(endings::set);
        }
        // in the formats of harmony and Solar a reply goes on after <|end|>
        boolean calls = ends("<|call|>") || ends("<|calls|>");
        if (ends("<|end|>") && calls && (ends("<|return|>") || ends("<|flush|>"))) {
            goesOn("<|end|>", TokenType.USER_DEFINED);
        }
        if (ends("<|tool_response>") && ends("</s>")) {
            goesOn("</s>", TokenType.NORMAL);
        }
    }

    private boolean ends(String text) {
        int id = id(text);
        return id >= 0 && endings.get(id);
    }

    private void goesOn(String text, TokenType type) {
        int id = id(text);
        endings.clear(id);
        become(id, type);
    }

    private void become(int id, TokenType type) {
        types[id] = (byte) type.id();
    }

    /** The byte that a token of type BYTE stands for. */
    static int octet(String text) {
        return Integer.parseInt(text, 3, 5, 16);
    }

    /** Every token's bytes, numbered by id. */
    ByteStrings table() {
        return table;
    }

    /** The type in the file, whatever {@link #type} makes of it. */
    TokenType fileType(int id) {
        return TokenType.of(fileTypes[id]);
    }

    OptionalInt token(Role role) {
        Integer id = roles.get(role);
        return id == null ? OptionalInt.empty() : OptionalInt.of(id);
    }

    @Override
    public int size() {
        return table.size();
    }

    @Override
    public String text(int id) {
        return new String(table.get(Objects.checkIndex(id, size())), StandardCharsets.UTF_8);
    }

    @Override
    public int id(String text) {
        return table.find(Utf8.encode(text));
    }

    @Override
    public float score(int id) {
        return scores[id];
    }

    @Override
    public TokenType type(int id) {
        return TokenType.of(types[id]);
    }

    @Override
    public OptionalInt bos() {
        return token(Role.BOS);
    }

    @Override
    public OptionalInt eos() {
        return token(Role.EOS);
    }

    @Override
    public OptionalInt eot() {
        return token(Role.EOT);
    }

    @Override
    public OptionalInt eom() {
        return token(Role.EOM);
    }

    @Override
    public OptionalInt unknown() {
        return token(Role.UNKNOWN);
    }

    @Override
    public OptionalInt separator() {
        return token(Role.SEPARATOR);
    }

    @Override
    public OptionalInt padding() {
        return token(Role.PADDING);
    }

    @Override
    public OptionalInt mask() {
        return token(Role.MASK);
    }

    @Override
    public boolean addsBos() {
        return addsBos;
    }

    @Override
    public boolean addsEos() {
        return addsEos;
    }

    @Override
    public boolean addsSeparator() {
        return addsSeparator;
    }

    @Override
    public boolean endsGeneration(int id) {
        return id >= 0 && endings.get(id);
    }
}
