"""Questions without an account."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade():
    op.create_table('visitor_question',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('public_id', sa.Uuid(), nullable=False),
    sa.Column('form_key', sa.Uuid(), nullable=False),
    sa.Column('post_id', sa.Integer(), nullable=False),
    sa.Column('category', sa.String(length=20), nullable=False),
    sa.Column('language', sa.String(length=5), nullable=False),
    sa.Column('address', sa.LargeBinary(), nullable=False),
    sa.Column('case_number', sa.LargeBinary(), nullable=True),
    sa.Column('text', sa.LargeBinary(), nullable=False),
    sa.Column('state', sa.String(length=15), nullable=False),
    sa.Column('asked_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('confirmed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('reply_by', sa.Date(), nullable=True),
    sa.Column('answer', sa.LargeBinary(), nullable=True),
    sa.Column('answer_key', sa.Uuid(), nullable=True),
    sa.Column('answered_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("(state = 'answered') = (answered_at IS NOT NULL)", name=op.f('ck_visitor_question_answered')),
    sa.CheckConstraint("(state = 'unconfirmed') = (confirmed_at IS NULL)", name=op.f('ck_visitor_question_confirmed')),
    sa.CheckConstraint("category IN ('documents', 'appointment', 'lost_letter', 'mistake', 'other')", name=op.f('ck_visitor_question_category')),
    sa.CheckConstraint("state IN ('unconfirmed', 'open', 'answered')", name=op.f('ck_visitor_question_state')),
    sa.ForeignKeyConstraint(['post_id'], ['post.id'], name=op.f('fk_visitor_question_post_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_visitor_question')),
    sa.UniqueConstraint('answer_key', name=op.f('uq_visitor_question_answer_key')),
    sa.UniqueConstraint('form_key', name=op.f('uq_visitor_question_form_key')),
    sa.UniqueConstraint('public_id', name=op.f('uq_visitor_question_public_id'))
    )
    with op.batch_alter_table('visitor_question', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_visitor_question_post_id_state'), ['post_id', 'state'], unique=False)
        batch_op.create_index(batch_op.f('ix_visitor_question_state_asked_at'), ['state', 'asked_at'], unique=False)



def downgrade():
    with op.batch_alter_table('visitor_question', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_visitor_question_state_asked_at'))
        batch_op.drop_index(batch_op.f('ix_visitor_question_post_id_state'))

    op.drop_table('visitor_question')
