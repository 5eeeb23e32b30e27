package dev.cortado.engine.tokenizer;

import dev.cortado.gguf.Metadata;
import java.util.Arrays;
import java.util.Map;
import java.util.OptionalInt;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;

/** The kinds of tokenizers, as {@code tokenizer.ggml.model} names them. */
enum TokenizerModel {
    LLAMA("llama") {
        @Override
        Tokenizer open(Metadata metadata) {
            Conventions conventions = Conventions.SENTENCE_PIECE;
            GgufVocabulary vocabulary = new GgufVocabulary(metadata, conventions);
            boolean addsSpacePrefix = metadata.bool(ADD_SPACE_PREFIX, conventions.addsSpacePrefix());
            Segmenter segmenter = new SentencePiece(metadata, vocabulary, addsSpacePrefix);
            return tokenizer(metadata, vocabulary, segmenter, Spelling.SPACE_SYMBOL, conventions);
        }
    },
    GPT2("gpt2") {
        @Override
        Tokenizer open(Metadata metadata) {
            return openBytePairEncoding(metadata, PreTokenizer.named(metadata), Map.of(Role.BOS, 11, Role.EOS, 11));
        }
    },
    GEMMA4("gemma4") {
        @Override
        Tokenizer open(Metadata metadata) {
            return openBytePairEncoding(metadata, PreTokenizer.GEMMA4, Map.of());
        }
    },
    WHITE_SPACE("whitespace") {
        @Override
        Tokenizer open(Metadata metadata) {
            PreTokenizer pre = PreTokenizer.named(metadata);
            boolean lowerCase =
                    metadata.bool("tokenizer.ggml.normalizer.lowercase", !pre.has(PreTokenizer.Trait.KEEPS_CASE));
            return openBytePairEncoding(
                    metadata,
                    pre,
                    Map.of(Role.BOS, 11, Role.EOS, 11),
                    bytePairEncoding -> new WhiteSpaceWords(bytePairEncoding, lowerCase));
        }
    },
    BERT("bert") {
        @Override
        Tokenizer open(Metadata metadata) {
            Conventions conventions = Conventions.WORD_PIECE;
            GgufVocabulary vocabulary = new GgufVocabulary(metadata, conventions);
            OptionalInt first = need(metadata, vocabulary, Role.BOS);
            OptionalInt last = need(metadata, vocabulary, Role.SEPARATOR);
            Segmenter segmenter = new WordPiece(metadata, vocabulary);
            return tokenizer(metadata, vocabulary, segmenter, Spelling.SPACE_SYMBOL, first, last, conventions);
        }
    },
    T5("t5") {
        @Override
        Tokenizer open(Metadata metadata) {
            Conventions conventions = Conventions.UNIGRAM;
            GgufVocabulary vocabulary = new GgufVocabulary(metadata, conventions);
            boolean addsSpacePrefix = metadata.bool(ADD_SPACE_PREFIX, conventions.addsSpacePrefix());
            Segmenter segmenter = new Unigram(metadata, vocabulary, addsSpacePrefix);
            return tokenizer(metadata, vocabulary, segmenter, Spelling.SPACE_SYMBOL, conventions);
        }
    };

    static final String MODEL = "tokenizer.ggml.model";
    static final String PRE = "tokenizer.ggml.pre";
    private static final String ADD_SPACE_PREFIX = "tokenizer.ggml.add_space_prefix";

    private final String key;

    TokenizerModel(String key) {
        this.key = key;
    }

    /** The kind that a file names. */
    static TokenizerModel named(Metadata metadata) {
        String name = metadata.requireString(MODEL);
        return Arrays.stream(values())
                .filter(model -> model.key.equals(name))
                .findFirst()
                .orElseThrow(() -> metadata.fault(MODEL, "'%s' found, one of %s expected".formatted(
                        printable(name),
                        Arrays.stream(values()).map(model -> model.key).collect(Collectors.joining(", ")))));
    }

    /** A name from a file as it may stand in a message. */
    static String printable(String name) {
        return name.substring(0, Math.min(name.length(), 64)).replaceAll("\\p{C}", "?");
    }

    /** Reads the rest of the metadata. */
    abstract Tokenizer open(Metadata metadata);

    /** BERT texts always have their first and last token, whatever the file says of adding BOS and separator. */
    private static OptionalInt need(Metadata metadata, GgufVocabulary vocabulary, Role role) {
        OptionalInt token = vocabulary.token(role);
        if (token.isEmpty()) {
            throw metadata.fault(role.keys().getFirst(), "names no token, but BERT puts it around every text");
        }
        return token;
    }

    private static Tokenizer openBytePairEncoding(
            Metadata metadata, PreTokenizer pre, Map<Role, Integer> usualRoles) {
        return openBytePairEncoding(metadata, pre, usualRoles, UnaryOperator.identity());
    }

    private static Tokenizer openBytePairEncoding(
            Metadata metadata, PreTokenizer pre, Map<Role, Integer> usualRoles, UnaryOperator<Segmenter> before) {
        Conventions conventions = pre.conventions(usualRoles);
        GgufVocabulary vocabulary = new GgufVocabulary(metadata, conventions);
        Spelling spelling =
                pre.has(PreTokenizer.Trait.SPACE_SYMBOL) ? Spelling.SPACE_SYMBOL : Spelling.BYTE_ALPHABET;
        Segmenter segmenter = before.apply(new BytePairEncoding(metadata, vocabulary, pre));
        return tokenizer(metadata, vocabulary, segmenter, spelling, conventions);
    }

    private static Tokenizer tokenizer(
            Metadata metadata, GgufVocabulary vocabulary, Segmenter segmenter, Spelling spelling, Conventions conventions) {
        OptionalInt first = vocabulary.addsBos() ? vocabulary.bos() : OptionalInt.empty();
        OptionalInt last = vocabulary.addsEos() ? vocabulary.eos() : OptionalInt.empty();
        return tokenizer(metadata, vocabulary, segmenter, spelling, first, last, conventions);
    }

    private static Tokenizer tokenizer(
            Metadata metadata,
            GgufVocabulary vocabulary,
            Segmenter segmenter,
            Spelling spelling,
            OptionalInt first,
            OptionalInt last,
            Conventions conventions) {
        SpecialTokens specialTokens = new SpecialTokens(
                vocabulary,
                metadata.string("general.name").orElse(""),
                metadata.string("general.architecture").orElse(""),
                metadata.string(PRE).orElse(""));
        boolean addsSpacePrefix = metadata.bool(ADD_SPACE_PREFIX, conventions.addsSpacePrefix());
        return new ModelTokenizer(
                vocabulary,
                specialTokens,
                segmenter,
                new ModelTokenizer.Style(spelling, first, last, addsSpacePrefix, conventions.cleansSpaces()));
    }
}
