package dev.cortado.sdk;

import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Answers as reactive streams: each subscriber gets an answer of its own, computed as fast as it asks for pieces and no
 * faster. Cancelling ends the computation.
 */
final class TokenPublisher implements Flow.Publisher<String> {
    private final Supplier<TokenStream> open;

    /** @param open begins an answer */
    TokenPublisher(Supplier<TokenStream> open) {
        this.open = open;
    }

    @Override
    public void subscribe(Flow.Subscriber<? super String> subscriber) {
        subscriber.onSubscribe(new Answer(subscriber));
    }

    /** One subscriber's answer. Pieces are computed on one thread at a time: the one that found the demand at zero. */
    private final class Answer implements Flow.Subscription {
        private final Flow.Subscriber<? super String> subscriber;
        private final AtomicLong demand = new AtomicLong();
        private volatile boolean ended = false;
        private @Nullable TokenStream stream = null;

        Answer(Flow.Subscriber<? super String> subscriber) {
            this.subscriber = subscriber;
        }

        @Override
        public void request(long n) {
            if (n <= 0) {
                ended = true;
                subscriber.onError(new IllegalArgumentException("a subscriber must request at least 1 item, not " + n));
            } else if (demand.getAndUpdate(d -> d + n < 0 ? Long.MAX_VALUE : d + n) == 0) {
                Thread.startVirtualThread(this::deliver);
            }
        }

        private void deliver() {
            try {
                TokenStream answer = stream == null ? open.get() : stream;
                stream = answer;
                do {
                    if (ended) {
                        answer.close();
                        return;
                    }
                    if (!answer.hasNext()) {
                        ended = true;
                        subscriber.onComplete();
                        return;
                    }
                    subscriber.onNext(answer.next());
                } while (demand.decrementAndGet() > 0);
            } catch (RuntimeException | Error e) {
                if (!ended) {
                    ended = true;
                    subscriber.onError(e);
                }
            }
        }

        @Override
        public void cancel() {
            ended = true; // the delivering thread sees it before the next piece
        }
    }
}
