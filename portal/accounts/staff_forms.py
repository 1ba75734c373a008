"""The forms about accounts of staff."""

from wtforms import EmailField, Form, RadioField, SelectField, StringField
from wtforms.validators import Optional, ValidationError

from portal.accounts.emails import EmailUnfit, read_email
from portal.forms import AtMost, BaseForm, KeyedForm, Required, options
from portal.i18n.locale import _, _l

ROLE_MEANINGS = {
    "guard": _l("Guard: today's list and check-in, nothing else"),
    "desk": _l("Desk: look up cases, handle packages, serve the counter"),
    "scheduler": _l("Scheduler: everything the desk can do, and slots"),
    "officer": _l("Officer: everything the desk can do, and cases, statuses and questions"),
    "supervisor": _l("Supervisor: all of these, and settings and staff of the post"),
    "administrator": _l("Administrator: all posts and all staff, no cases"),
}


class RoleMixin(Form):
    """A role among those that the person may give, and, if there is a choice, the post."""

    role = RadioField(_l("Role"), validators=[Required(_l("Choose a role."))])
    post = SelectField(_l("Post"), validators=[Optional()])

    def __init__(self, roles, posts, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.role.choices = options([(role, ROLE_MEANINGS[role]) for role in roles])
        if posts:
            self.post.choices = options([("", _("No post: an administrator")), *posts])
        else:
            del self.post


class RoleForm(RoleMixin, BaseForm):
    """Another role for a member of staff."""


class InviteForm(RoleMixin, KeyedForm):
    order = ("email", "role", "post", "form_key")
    email = EmailField(_l("Email address"), validators=[Required(_l("Enter an email address.")), AtMost(254)])
    address = None

    def validate_email(self, field):
        try:
            self.address = read_email(field.data or "")
        except EmailUnfit as refusal:
            raise ValidationError(str(refusal.message)) from refusal


class FilterForm(BaseForm):
    """A filter of staff by post, sent by GET."""

    post = SelectField(_l("Post"))


class NamedForm(BaseForm):
    name = StringField(
        _l("Email address or sign-in number"),
        validators=[Required(_l("Enter an email address or a sign-in number.")), AtMost(254)],
    )


class ActForm(BaseForm):
    """An empty form: only a button."""
